"""The bundled knowledge base, loaded once: it does not change."""

from __future__ import annotations

import pytest

from smtpscope.knowledge.base import KnowledgeBase


@pytest.fixture(scope="session")
def knowledge() -> KnowledgeBase:
    return KnowledgeBase.load()
