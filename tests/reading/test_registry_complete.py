"""Each format that is read has all that belongs to it; what is missing is named, with the file where it belongs."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from bench.formats import FORMS as BENCH_FORMS
from reading.test_formats_together import FORMS, LISTS, some_events
from smtpscope.knowledge.platform import Platform, platform_of
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.servers import SERVERS
from smtpscope.reading.record import Format, LogReader, ReadOptions
from smtpscope.reading.registry import _LINES, _WRAPPED, READERS, open_log, readers
from support.every_format import SERVICE_LOGS
from support.made_docs import DOCS, ROOT
from support.memory_source import MemorySource

TESTS: Final = Path(__file__).parent
# Their samples are run by tests of their own: what they hold is not what the matrix compares.
OUTSIDE_THE_MATRIX: Final = {"converted-parquet", "dumpel", "tracking-2003", *(["event-list"] if LISTS else [])}
# A bounce is written by another server than the one whose reply it quotes; a transcript and a report name none.
WITHOUT_PLATFORM: Final = {"bounce", "transcript", "delivery", "mail-errors", *OUTSIDE_THE_MATRIX}


def samples(name: str) -> Iterator[bytes]:
    """The samples of the format `name` that the matrix runs all readers on."""
    yield from (write() for format_name, write in SERVICE_LOGS.values() if format_name == name)
    yield from (write(some_events(20)) for format_name, write in FORMS.values() if format_name == name)


def platforms(data: bytes) -> set[Platform | None]:
    """The servers that wrote the exchanges in `data`."""
    parser = SmtpExchangeParser()
    found: set[Platform | None] = set()
    for batch in open_log(MemorySource(data), ReadOptions()).batches():
        exchanges = (*map(parser.parse, batch.records), *map(parser.take, batch.exchanges))
        found |= {platform_of(exchange) for exchange in exchanges if exchange is not None}
    return found


@cache
def imported_by_tests() -> str:
    """The text of all test modules of readers."""
    return "".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))


def has_tests(module: str) -> bool:
    folder, _, name = module.rpartition(".")
    return (TESTS / folder.replace(".", "/") / f"test_{name}.py").exists() or f".{module} import" in imported_by_tests()


def missing(module: str, form: Format) -> Iterator[str]:
    """What is missing of a format, in the words of whoever has to add it."""
    found = list(samples(form.name))
    if not found and form.name not in OUTSIDE_THE_MATRIX:
        where = (
            "WRITERS in tests/support/every_format.py (of a mail server: FURTHER_PARTS in mail_server_logs.py)"
            if form.service
            else "FORMS in tests/reading/test_formats_together.py"
        )
        yield f"a writer of samples in {where}"
    if not has_tests(module):
        yield f"tests of its own in tests/reading/{module.rpartition('.')[0].replace('.', '/')}/"
    if form.name not in WITHOUT_PLATFORM and any(None in platforms(data) for data in found):
        yield "its server in _SERVERS of tui/smtpscope/knowledge/platform.py, with the program that its exchanges name"
    if form.name not in {each.format for each in BENCH_FORMS}:
        yield "a row in FORMS of bench/formats.py (WRITERS in tests/support/every_format.py makes one)"
    if f"`{form.name}`" not in (ROOT / "README.md").read_text(encoding="utf-8") and not form.name.startswith("conv"):
        yield "its name in README.md (of a mail server: make docs)"
    if f"`{form.name}`" not in (DOCS / "formats.md").read_text(encoding="utf-8"):
        yield "its line in docs/formats.md: make docs"
    if not form.title or not form.recognised_by:
        yield "title or recognised_by in its Format"


READERS_BY_NAME: Final = {
    reader.format.name: (module, reader) for (module, _), reader in zip(READERS, readers(), strict=True)
}


@pytest.mark.parametrize("name", READERS_BY_NAME)
def test_each_format_has_all_that_belongs_to_it(name: str) -> None:
    module, reader = READERS_BY_NAME[name]
    lacks = list(missing(module, reader.format))
    assert not lacks, f"the format {name} lacks\n- " + "\n- ".join(lacks)


def test_the_table_of_readers_names_each_once_and_each_can_be_imported() -> None:
    assert len(set(READERS)) == len(READERS)
    assert [reader.__name__ for reader in readers()] == [name for _, name in READERS]


MAIL_SERVERS: Final[list[tuple[str, type[LogReader]]]] = [
    (module, reader) for module, reader in READERS_BY_NAME.values() if issubclass(reader, MailLog)
]


def test_a_mail_server_has_signs_in_the_table_or_in_its_reader() -> None:
    signs = {server.reader[0]: bool(server.signs) for server in SERVERS}
    wrong = []
    for module, reader in MAIL_SERVERS:
        assert issubclass(reader, MailLog)
        if signs[module] == (reader.own_signs is not None):
            wrong.append(module)
    assert not wrong, "either signs in servers.py or own_signs in the reader, not both and not neither"


def test_lines_that_a_collector_wraps_are_those_of_services_that_no_event_quotes() -> None:
    wrapped = {name for _, name in _WRAPPED}
    for reader in readers():
        if (reader.__module__.removeprefix("smtpscope.reading."), reader.__name__) in _LINES:
            quoted = reader.format.name in ("transcript", "mail-errors")
            assert (reader.__name__ in wrapped) == (reader.format.service and not quoted), reader


def test_every_family_of_formats_is_in_the_contract_of_independence() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    independent = next(each["modules"] for each in contracts if each["type"] == "independence")
    families = {f"smtpscope.reading.{module.partition('.')[0]}" for module, _ in READERS}
    assert sorted(families - set(independent)) == [], "add it to the independence contract in pyproject.toml"
