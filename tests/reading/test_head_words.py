"""The words of a head never hide a format from the reader that would recognise it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import pytest

from reading.test_formats_together import FORMS, some_events
from smtpscope.reading.head_words import folded, may_be, may_be_wrapped
from smtpscope.reading.record import LogReader
from smtpscope.reading.registry import READERS, readers
from smtpscope.reading.wrappers.wrapped_log import inside_of
from support.every_format import SERVICE_LOGS

MODULES = {module for module, _ in READERS}


@cache
def heads() -> tuple[bytes, ...]:
    """The first lines of a sample of every format."""
    samples = [write() for _, write in SERVICE_LOGS.values()] + [write(some_events(6)) for _, write in FORMS.values()]
    return tuple(sample[:6_000] for sample in samples)


def damaged(count: int) -> Iterator[bytes]:
    """Lines of several samples, cut and mixed."""
    chance = random.Random(2821)
    for _ in range(count):
        pieces = []
        for head in chance.choices(heads(), k=2):
            lines = head.splitlines(keepends=True)
            first = chance.randrange(len(lines))
            pieces.append(b"".join(lines[first : first + 4])[chance.randrange(3) :])
        yield b"".join(pieces)


def hidden(head: bytes) -> list[str]:
    """The readers that recognise `head`, but whose words it does not have."""
    words = folded(head)
    entries: Iterator[tuple[tuple[str, str], type[LogReader]]] = zip(READERS, readers(), strict=True)
    return [name for (module, name), reader in entries if not may_be(module, words) and reader.sniff(head)]


def test_a_reader_that_recognises_a_sample_is_asked() -> None:
    assert not {name for head in heads() for name in hidden(head)}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_the_words_are_found_in_utf_16(encoding: str) -> None:
    texts = [head.decode("latin-1") for head in heads() if b"\0" not in head]
    assert not {name for text in texts for name in hidden(("\ufeff" + text).encode(encoding))}


def test_a_reader_that_recognises_mixed_lines_is_asked() -> None:
    assert not {name for head in damaged(150) for name in hidden(head)}


def test_a_file_with_wrapped_lines_is_unwrapped() -> None:
    heads_and_lines = [(head, list(inside_of(head))) for head in (*heads(), *damaged(150))]
    assert any(found for _, found in heads_and_lines)
    assert not [head[:80] for head, found in heads_and_lines if found and not may_be_wrapped(folded(head))]


def test_most_readers_are_not_even_imported_for_a_log_of_a_mail_server() -> None:
    line = b"Nov 22 10:00:01 mx1 postfix/smtp[81]: 4Cd1: to=<a@contoso.example>, relay=none, status=deferred (x)\n"
    asked = [module for module in MODULES if may_be(module, folded(line))]
    assert "mail_servers.postfix_log" in asked
    assert len(asked) < len(MODULES) / 2
