"""Small logs, sessions over them, and one knowledge base for all tests of the browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Session
from support.sample_logs import write_samples

OpenSession = Callable[..., Session]


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
def open_session(knowledge: KnowledgeBase) -> OpenSession:
    """Opens files in a session of their own; nothing is read yet."""

    def opened(*files: Path | str) -> Session:
        session = Session(knowledge, zone=UTC)
        session.open([str(file) for file in files])
        return session

    return opened


@pytest.fixture
def session(open_session: OpenSession, sample_folder: Path) -> Session:
    """A session over all sample logs."""
    return open_session(*sorted(sample_folder.iterdir()))
