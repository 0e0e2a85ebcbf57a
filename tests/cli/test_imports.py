"""What a command loads: fresh interpreters, since nothing else tells a late import from an early one."""

from __future__ import annotations

import subprocess
import sys

from cli.processes import COPIED, SECONDS, environment

RUN_AND_LIST = """
import sys
from smtpscope.cli import main
sys.argv = ["smtpscope", *sys.argv[1:]]
try:
    main()
finally:
    print(*sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def loaded(*arguments: str) -> set[str]:
    """The top-level modules that `smtpscope` with `arguments` has loaded at its end."""
    result = subprocess.run(
        [sys.executable, "-c", RUN_AND_LIST, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=environment(),
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return set(result.stderr.split("\n")[-2].split())


def test_the_help_loads_nothing_heavy() -> None:
    for arguments in (("--help",), ("report", "--help")):
        modules = loaded(*arguments)
        assert "click" in modules
        assert not {"numpy", "textual", "rich", "evtx", "Evtx", "msgspec", "rapidfuzz", "tomllib"} & modules


def test_a_report_loads_no_textual() -> None:
    modules = loaded("report", str(COPIED))
    assert "numpy" in modules
    # Live checks are for those who ask for one.
    assert not {"textual", "rich", "dns", "cryptography"} & modules


def test_an_explanation_loads_no_textual() -> None:
    assert not {"textual", "rich"} & loaded("explain", "550 no")
