"""The parts of README.md that are made from the program: filter fields, formats, settings.

`python -m support.readme` writes them anew; a test fails when they are not what the program says.
"""

from __future__ import annotations

import re
from pathlib import Path

from smtpscope.configuration.default_text import settings_markdown
from smtpscope.session import known_formats
from smtpscope.store.filter_fields import help_lines

README = Path(__file__).parents[2] / "README.md"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table; a bar inside a cell would end it, so it is escaped."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def parts() -> dict[str, str]:
    """Each made part by its name."""
    return {
        "filter fields": table(("Write", "to find"), [(f"`{example}`", meaning) for example, meaning in help_lines()]),
        "formats": table(
            ("Format", "Name", "Recognised by", "Can't tell"),
            [
                (each.title, f"`{each.name}`", each.recognised_by, "; ".join(each.lacks) or "nothing is missing")
                for each in known_formats()
            ],
        ),
        "settings": settings_markdown().strip(),
    }


def with_part(text: str, name: str, body: str) -> str:
    """`text` with `body` between the marks of `name`. Raises ValueError when the marks are missing."""
    marks = re.compile(rf"(<!-- {re.escape(name)}: begin -->\n).*?(<!-- {re.escape(name)}: end -->)", re.DOTALL)
    if not marks.search(text):
        raise ValueError(f"README.md has no marks for {name}")
    return marks.sub(lambda found: f"{found[1]}{body}\n{found[2]}", text)


def made(text: str) -> str:
    """`text` with all made parts as they should be."""
    for name, body in parts().items():
        text = with_part(text, name, body)
    return text


if __name__ == "__main__":
    README.write_text(made(README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
