"""The command line in this process, for the many cases that need no process of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smtpscope.cli.commands import cli

Smtpscope = Callable[..., Result]


@pytest.fixture
def smtpscope(monkeypatch: pytest.MonkeyPatch) -> Smtpscope:
    """Runs `smtpscope` with arguments; `stdin` is what is piped in."""
    monkeypatch.delenv("COLUMNS", raising=False)
    runner = CliRunner()

    def run(*arguments: str | Path, stdin: bytes | str | None = None) -> Result:
        result = runner.invoke(cli, [str(argument) for argument in arguments], input=stdin)
        # Whatever is not an exit is a defect, and shall be seen as such.
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
