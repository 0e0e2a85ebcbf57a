"""Text in a form SQLite can store, and length limits."""

from __future__ import annotations

from typing import Final

LONGEST_TEXT: Final = 10_000
"""Characters of a note or a filter."""


def storable(text: str) -> str:
    """`text` with lone surrogates, which UTF-8 can't encode, replaced by U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def packed(text: str) -> bytes:
    """`text` as bytes, without loss even of lone surrogates: for text from a log or a path."""
    return text.encode("utf-8", "surrogatepass")


def unpacked(stored: bytes) -> str:
    """The inverse of `packed`."""
    return stored.decode("utf-8", "surrogatepass")
