"""The kind of text in a file, by its first bytes: markup, our own conversion, plain text or none."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from smtpscope.reading.text.encodings import detect, first_part

_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,64}(?:<(?:\?xml|Event|Objs|!doctype|html)\b|\[\s{0,64}\{|\{\s{0,64}[\"}])", re.IGNORECASE
)
_ZEROS = re.compile(r"\0{16,}")
_CONTROL = re.compile(r"[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_MARK: Final = re.compile(r'schema"\s{0,8}:\s{0,8}"smtpscope\.exchange/[0-9]')


def is_converted(text: str) -> bool:
    """Whether the first line of `text` is a JSON object that names our schema, under any prefix."""
    return _MARK.search(text.partition("\n")[0]) is not None


def is_markup(head: bytes) -> bool:
    """Whether a file that begins with `head` is XML, HTML or JSON: its text is escaped, and not in plain lines."""
    encoding = detect(head)
    start = head[encoding.mark : encoding.mark + 512]
    return _MARKUP.match(start if encoding.unit == 1 else start.replace(b"\0", b"")) is not None


def is_tar(head: bytes) -> bool:
    """Whether a file that begins with `head` is a tar archive (POSIX.1, ustar), which is not compressed."""
    return head[257:262] == b"ustar"


@lru_cache(maxsize=2)
def is_text(head: bytes) -> bool:
    """Whether a file that begins with `head` is text: hardly any control characters when decoded.

    Runs of zeros do not count: many logs that were open during a power failure have them. A tar archive of texts is not
    text. Twenty readers ask this of the same head, one after the other.
    """
    if is_tar(head):
        return False
    encoding = detect(head)
    text = first_part(head)[encoding.mark :].decode(
        "latin-1" if encoding.unit == 1 else encoding.codec, errors="replace"
    )
    probe = _ZEROS.sub("", text)[:4096]
    if text and not probe:
        return False
    controls = len(_CONTROL.findall(probe))
    return controls * 20 <= len(probe)
