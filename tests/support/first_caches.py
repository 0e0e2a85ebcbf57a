"""What pytest and Hypothesis keep of a first run, made by the workers of xdist together instead of by each of them.

In a fresh checkout each worker rewrites the asserts of all modules and looks up all characters, at the same time as the
others: a tenth of the time of all tests. Nothing here is needed: what is not made is made later.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from _pytest.assertion import rewrite
from hypothesis.internal import charmap


def make_caches(config: pytest.Config, tests: Path, worker: int, workers: int) -> None:
    """Makes the share of the worker of that number; the modules after it are found made by the others."""
    # None of it is public, so that another release may lack it.
    with suppress(AttributeError, ImportError, KeyError, OSError, TypeError):
        if worker == 0:
            charmap.charmap()
        state = config.stash[rewrite.assertstate_key]
        for module in sorted(tests.rglob("test_*.py"))[worker::workers]:
            cached = rewrite.get_cache_dir(module) / f"{module.stem}{rewrite.PYC_TAIL}"
            if rewrite._read_pyc(module, cached) is None:
                cached.parent.mkdir(exist_ok=True)
                source, code = rewrite._rewrite_test(module, config)
                rewrite._write_pyc(state, code, source, cached)
