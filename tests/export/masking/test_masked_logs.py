"""Masked events of a sample of every format: none of the names that the samples have is left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from smtpscope.export.events_format import event_lines
from smtpscope.export.masking.masking import Mask
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis
from support.every_format import SERVICE_LOGS

NAMES = re.compile(
    r"fabrikam|contoso|adatum|litware|northwind|proseware|wingtip|woodgrove|exch0|mail01|@(?!domain)[a-z]",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return KnowledgeBase.load()


@pytest.mark.parametrize("name", SERVICE_LOGS)
def test_no_name_of_a_sample_is_left(name: str, tmp_path: Path, knowledge: KnowledgeBase) -> None:
    log = tmp_path / "sample.log"
    log.write_bytes(SERVICE_LOGS[name][1]())
    analysis = Analysis(knowledge)
    analysis.open([str(log)])
    analysis.read_all()
    rows = range(min(len(analysis.store), 20))
    mask = Mask()
    text = "".join(event_lines(((analysis.store.exchange(row), None) for row in rows), "jsonl", mask=mask))
    raw = "".join(mask.text(analysis.raw(row)) for row in rows)
    assert text
    assert NAMES.search("".join(analysis.raw(row) for row in rows))
    assert [found.group() for found in NAMES.finditer(text + raw)] == []
