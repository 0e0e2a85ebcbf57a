"""Adds an entry and a rule to a knowledge folder with one subfolder a cause: three files are changed, or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.files.check import rule_examples
from smtpscope.knowledge.files.file_errors import nearest
from smtpscope.knowledge.files.knowledge_files import ORDER_FILE, read_order
from smtpscope.knowledge.matching.rules import Rule
from smtpscope.parsing.smtp_exchange import Direction

_SCHEMA: Final = "#:schema ../../schema/knowledge.json\n"


def is_by_cause(folder: Path) -> bool:
    """Whether `folder` keeps the order of its rules in a file of its own, as the bundled one does."""
    return (folder / ORDER_FILE).is_file()


def put_into_cause(folder: Path, rule: Rule, rule_toml: str, entry_toml: str, before: str = "") -> Path:
    """Adds the rule and, if given, the entry to the files of its cause. Returns the path of the rule's file.

    The rule comes before the rule `before`. By default it comes before the rule that wins its first example now, or
    last if there is none. If the folder then contradicts itself, all files are restored.

    Raises KnowledgeError for a contradiction or a file that can't be written.
    """
    cause = folder / "causes" / rule.category
    order = folder / ORDER_FILE
    texts = {
        cause / "rules.toml": _appended(cause / "rules.toml", rule_toml),
        order: _placed(folder, rule.id, before or _answers_today(folder, rule)),
    }
    if entry_toml:
        texts[cause / "entries.toml"] = _appended(cause / "entries.toml", entry_toml)
    _write(texts, lambda: _mistakes(folder))
    return cause / "rules.toml"


def _appended(path: Path, toml: str) -> str:
    return (path.read_text(encoding="utf-8") if path.is_file() else _SCHEMA) + "\n" + toml


def _answers_today(folder: Path, rule: Rule) -> str:
    example = next(rule_examples(rule.examples))
    base = KnowledgeBase.unchecked() if _is_bundled(folder) else KnowledgeBase.unchecked(folder)
    match = base.matcher.match(example.reply, example.command, Direction.OUTBOUND)
    return match.rule if any(match.rule in group.rules for group in read_order(folder)) else ""


def _placed(folder: Path, name: str, before: str) -> str:
    """The order file with the rule `name` inserted."""
    path = folder / ORDER_FILE
    text = path.read_text(encoding="utf-8")
    line = f'    "{name}",\n'
    if before:
        found = re.search(rf'^ *"{re.escape(before)}",? *\n', text, re.MULTILINE)
        if found is None:
            known = [rule for group in read_order(folder) for rule in group.rules]
            raise KnowledgeError(where=str(path), what=f"no rule {before!r}", remedy=nearest(before, known))
        return f"{text[: found.start()]}{line}{text[found.start() :]}"
    end = text.rfind("\n]")
    if end < 0:
        raise KnowledgeError(where=str(path), what="no list of rules ends in it", remedy="Write rules = [ ] in a group")
    return f"{text[: end + 1]}{line}{text[end + 1 :]}"


def _is_bundled(folder: Path) -> bool:
    from smtpscope.knowledge.files.knowledge_files import bundled_folder

    return folder.resolve() == bundled_folder().resolve()


def _mistakes(folder: Path) -> list[KnowledgeError]:
    from smtpscope.knowledge.authoring.inspection import examined

    return list(examined(folder).mistakes)


def _write(texts: Mapping[Path, str], mistakes: Callable[[], list[KnowledgeError]]) -> None:
    before = {path: path.read_bytes() if path.is_file() else None for path in texts}
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        found = mistakes()
        if found:
            raise found[0]
    except BaseException as error:
        for path, data in before.items():
            with suppress(OSError):
                path.unlink() if data is None else path.write_bytes(data)
        if not isinstance(error, OSError):
            raise
        raise KnowledgeError(
            where=str(error.filename or ORDER_FILE),
            what=f"can't be written: {error.strerror or error}",
            remedy="Check permissions and free space",
        ) from error
