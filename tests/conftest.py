"""No test reads or writes what belongs to the person who runs it; and garbage is looked for less often."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from smtpscope.reading import registry

# How quick a machine is that has other work to do tells nothing of the code.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

_FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")


_SHARE_OF_EXAMPLES = 0.3


def pytest_sessionstart(session: pytest.Session) -> None:
    """In a worker of xdist: what is kept of a first run is made together."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers > 1:
        from support.first_caches import make_caches

        worker = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"))
        make_caches(session.config, Path(__file__).parent, worker, workers)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tries a part of the examples of each property: they are others each time, and `make properties` tries many."""
    share = float(os.environ.get("EXAMPLES", _SHARE_OF_EXAMPLES))
    for function in {item.obj for item in items if isinstance(item, pytest.Function)}:
        asked = getattr(function, "_hypothesis_internal_use_settings", None)
        if asked is not None:
            examples = max(2, round(asked.max_examples * share))
            function._hypothesis_internal_use_settings = settings(asked, max_examples=examples)


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end. To go through them again and again took a fifth of the time of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


@pytest.fixture(autouse=True, scope="session")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home for all tests of this process and the processes that they start."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("USERPROFILE", str(home))
        for name in _FOLDERS:
            patch.setenv(name, str(home / name.lower()))
        for name in [name for name in os.environ if name.startswith("SMTPSCOPE_") and name != "SMTPSCOPE_GOLDEN"]:
            patch.delenv(name)
        yield home


@pytest.fixture(autouse=True, scope="session")
def known_heads() -> Iterator[None]:
    """The reader follows from how a file begins, so that it is looked for once for all copies of a sample."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "_sniffing", lru_cache(maxsize=64)(registry._sniffing))
        yield
