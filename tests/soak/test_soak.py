"""The mechanism of `make soak`, step by step and without a browser: nothing is lost, nothing comes twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis
from soak.restless_log import RestlessLog


def test_a_restless_log_is_followed_without_a_loss(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    writer = RestlessLog(path, rate=400, pause=0, still=0, told_after=0)
    log = path.open("ab")
    writer.write(log, 100)
    analysis = Analysis(KnowledgeBase.load(), growing=True)
    analysis.open([str(path)])
    analysis.read_all()

    def look() -> None:
        for batch in analysis.follow():
            analysis.add(batch)

    for number in range(40):
        writer.write(log, 50 + number)
        trick = writer.tricks[number % len(writer.tricks)]
        if trick in writer.emptying or number % 3 == 0:
            look()
        log = trick(log)
        if number % 4:
            look()
        writer.write(log, 30)
        look()
    log.close()
    for _ in range(3):
        look()
    found = Counter(analysis.store.exchange(row).command.recipient for row in range(len(analysis.store)))
    assert len(writer.done) == len(writer.tricks)
    assert found == writer.refused
