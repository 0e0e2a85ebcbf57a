"""Lines that a window cut at its width, where letters and bytes differ."""

from __future__ import annotations

import pytest

from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from support.memory_source import MemorySource

LINE = (
    "Nov 24 13:45:0{number} mail postfix/smtp[47]: 4ABCDEF012: to=<bücher@contoso.example>, relay=mx[192.0.2.10]:25, "
    "dsn=5.1.1, status=bounced (host mx[192.0.2.10] said: 550 5.1.1 Empfänger unbekannt (in reply to RCPT TO command))"
)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("width", [80, 100, 173])
def test_letters_beyond_ascii_stay_what_they_are(width: int, encoding: str) -> None:
    lines = [LINE.format(number=number) for number in range(4)]
    text = "".join(f"{line[start : start + width]}\n" for line in lines for start in range(0, len(line), width))
    reader = open_log(MemorySource(text.encode(encoding)), ReadOptions())
    found = [(each.reply, each.mailbox) for batch in reader.batches() for each in batch.exchanges]
    assert found == [("550 5.1.1 Empfänger unbekannt", "bücher@contoso.example")] * 4
