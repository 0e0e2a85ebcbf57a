"""Text as SQLite can hold it, and the limits of what people write."""

from __future__ import annotations

from typing import Final

LONGEST_TEXT: Final = 10_000
"""Characters of a note or a filter."""


def storable(text: str) -> str:
    """`text` with U+FFFD for each lone surrogate, which UTF-8 has no bytes for."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def packed(text: str) -> bytes:
    """`text` as bytes that give it back exactly, lone surrogates included: for what comes from a log or a path."""
    return text.encode("utf-8", "surrogatepass")


def unpacked(stored: bytes) -> str:
    """The text that `packed` made `stored` of."""
    return stored.decode("utf-8", "surrogatepass")
