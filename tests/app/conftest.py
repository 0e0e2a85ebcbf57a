"""Small logs, sessions over them, and one knowledge base for all tests of the browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis
from support.sample_logs import write_samples

OpenSession = Callable[..., Analysis]


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tester's own terminal is must not matter."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLORFGBG", "TMUX", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def knowledge() -> KnowledgeBase:
    return KnowledgeBase.load()


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample logs: three weeks of two servers. Nobody writes into this folder."""
    folder = tmp_path_factory.mktemp("logs")
    write_samples(folder)
    return folder


@pytest.fixture
def open_analysis(knowledge: KnowledgeBase) -> OpenSession:
    """Opens files in a session of their own; nothing is read yet."""

    def opened(*files: Path | str) -> Analysis:
        analysis = Analysis(knowledge, zone=UTC)
        analysis.open([str(file) for file in files])
        return analysis

    return opened


@pytest.fixture
def analysis(open_analysis: OpenSession, sample_folder: Path) -> Analysis:
    """A session over all sample logs."""
    return open_analysis(*sorted(sample_folder.iterdir()))
