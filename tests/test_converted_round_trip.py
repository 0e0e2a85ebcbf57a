"""What is converted and read back is the same exchange, in every form and with any text in it."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.export.conversion.convert_columns import DiagnosedExchange
from smtpscope.export.conversion.convert_text import converted_text
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.record import Batch, ReadOptions, SmtpExchangeRecord
from smtpscope.reading.registry import open_log
from support.changed import replace
from support.converted_logs import parquet_bytes
from support.memory_source import MemorySource

FORMS = ["jsonl", "ecs", "csv"]
if importlib.util.find_spec("pyarrow"):
    FORMS.append("parquet")

# A high and a low surrogate beside each other are one character, which JSON can't tell apart.
TEXTS = st.text(
    st.one_of(
        st.sampled_from("'\"=+-@|%\\/,;\t\r\n\0\x1b\x7f\x85\u202e\u2028\ufeff\ud800\udfffnx0u <>:"), st.characters()
    ),
    max_size=9,
).map(lambda text: text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass"))
LIKELY_TEXTS = st.one_of(
    TEXTS,
    st.sampled_from(
        ("", "null", "true", "-1", "0451", "550 5.1.1 <a@example.com> no", "RCPT TO:<b@example.com>", "'=1")
    ),
)
MAYBE_TEXTS = st.none() | LIKELY_TEXTS
WHOLE = st.none() | st.integers(-(1 << 63) + 1, (1 << 63) - 1)
LEVELS = st.sampled_from((None, "critical", "error", "warning", "information", "verbose"))
RECORDS = st.builds(
    SmtpExchangeRecord,
    file=LIKELY_TEXTS,
    offset=st.integers(0, 1 << 50),
    time_ms=st.none() | st.integers(-62_135_596_800_000, 253_402_300_799_999),
    time_assumed=st.booleans(),
    side=st.sampled_from(("outbound", "inbound", "unknown")),
    provider=MAYBE_TEXTS,
    computer=MAYBE_TEXTS,
    connector=MAYBE_TEXTS,
    remote_host=LIKELY_TEXTS,
    logged_verb=LIKELY_TEXTS,
    command=LIKELY_TEXTS,
    reply=LIKELY_TEXTS,
    mailbox=MAYBE_TEXTS,
    guess=MAYBE_TEXTS,
    event_id=WHOLE,
    record_id=WHOLE,
    level=LEVELS,
    channel=MAYBE_TEXTS,
    virtual_server=WHOLE,
    connection=WHOLE,
    certainty=st.sampled_from((None, "may", "will probably")),
    text_level=LEVELS,
    problem=MAYBE_TEXTS,
    salvaged=st.booleans(),
)


def converted(exchanges: Sequence[SmtpExchange], form: str) -> bytes:
    rows = [DiagnosedExchange(exchange, "policy", "them") for exchange in exchanges]
    if form == "parquet":
        return parquet_bytes(rows, rows_a_group=2)
    return "".join(converted_text(rows, form)).encode()  # type: ignore[arg-type]


def read(data: bytes) -> list[Batch]:
    return list(open_log(MemorySource(data), ReadOptions()).batches())


def without_place(exchange: SmtpExchange) -> SmtpExchange:
    return replace(exchange, file="", offset=0)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None)
@given(records=st.lists(RECORDS, min_size=1, max_size=4))
def test_an_exchange_comes_back_but_for_its_file_and_place(form: str, records: list[SmtpExchangeRecord]) -> None:
    exchanges = [SmtpExchangeParser().take(record) for record in records]
    batches = read(converted(exchanges, form))
    assert [problem for batch in batches for problem in batch.problems] == []
    again = [SmtpExchangeParser().take(record) for batch in batches for record in batch.exchanges]
    assert list(map(without_place, again)) == list(map(without_place, exchanges))


@pytest.mark.parametrize("form", FORMS)
def test_a_mailbox_that_stood_beside_the_command_stays_beside_it(form: str) -> None:
    record = SmtpExchangeRecord(
        "a.log", 0, None, False, "outbound", None, None, None, "", "DATA", ".", "550 no", mailbox="a@example.com"
    )
    (batch,) = read(converted([SmtpExchangeParser().take(record)], form))
    assert batch.exchanges[0].mailbox == "a@example.com"
    recipient = record = SmtpExchangeRecord(
        "a.log", 0, None, False, "outbound", None, None, None, "", "RCPT", "RCPT TO:<b@example.com>", "550 no"
    )
    (batch,) = read(converted([SmtpExchangeParser().take(recipient)], form))
    assert batch.exchanges[0].mailbox is None
