"""What works without a terminal never loads what draws on one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import smtpscope

_SOURCES = Path(smtpscope.__file__).parents[1]


def _loaded_after(statement: str) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after `statement`."""
    program = f"import json, sys\n{statement}\nprint(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    environment = {**os.environ, "PYTHONPATH": str(_SOURCES)}
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env=environment, text=True
    )
    return set(json.loads(finished.stdout))


def test_the_session_loads_no_terminal() -> None:
    assert not _loaded_after("import smtpscope.session") & {"textual", "rich", "click"}


def test_the_command_line_loads_textual_only_to_browse() -> None:
    loaded = _loaded_after("import smtpscope.cli.commands")
    assert "click" in loaded
    assert not loaded & {"textual", "rich"}


def test_the_browser_does_load_textual() -> None:
    assert "textual" in _loaded_after("import smtpscope.app.application")
