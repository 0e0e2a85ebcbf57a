"""The words of the program's own texts and the field names of its formats, which a masked export may keep.

`python -m support.public_words` writes them to `data/masking/words.txt`; those of the knowledge base are looked up in
its files. Docstrings are left out, as they have made-up names. Words of replies that neither has are in
`data/masking/more-words.txt`, written by hand.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from smtpscope.knowledge.public_vocabulary import EXAMPLE_NAMES
from smtpscope.parsing.events.message_wording import EVENT_IDS
from smtpscope.parsing.events.related_event_forms import RELATED_IDS
from support.source_strings import source_strings

ROOT: Final = Path(__file__).parents[2]
WORDS: Final = ROOT / "data" / "masking" / "words.txt"

_CAMEL: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_WORD: Final = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}")


def public_words() -> list[str]:
    """All words, in lower case and in order."""
    found = {str(number) for number in EVENT_IDS | RELATED_IDS}
    for path in sorted((ROOT / "tui").rglob("*.py")):
        # Docstrings have made-up names; what is put into an f-string is code.
        for text in (each.with_values("\0") for each in source_strings(path) if not each.documents):
            for word in _WORD.findall(text):
                found.add(word.casefold())
                found.update(piece.casefold() for piece in _CAMEL.findall(word) if len(piece) > 2)
    return sorted(found - EXAMPLE_NAMES)


def text() -> str:
    """What `words.txt` should hold: a word a line."""
    return "".join(f"{word}\n" for word in public_words())


if __name__ == "__main__":
    WORDS.write_text(text(), encoding="utf-8", newline="\n")
