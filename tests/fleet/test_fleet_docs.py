"""Every command of docs/fleet.md is run here, but for the installation: with its paths below a folder of the test."""

from __future__ import annotations

import importlib
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Smtpscope
from cli.conftest import smtpscope as smtpscope
from cli.processes import ROOT, environment
from smtpscope.asking.set_manifest import read_manifest
from support.fleets import write_logs

PAGE = (ROOT / "docs" / "fleet.md").read_text(encoding="utf-8")


def commands(start: str) -> list[str]:
    """The lines of the code blocks of the page that begin with `start`."""
    return re.findall(rf"^    ({re.escape(start)}.*)$", PAGE, re.MULTILINE)


def test_every_command_of_smtpscope_does_what_the_page_says(smtpscope: Smtpscope, tmp_path: Path) -> None:
    write_logs(tmp_path / "logs", 3)
    found = commands("smtpscope ")
    assert len(found) >= 7
    for command in found:
        words = shlex.split(command.replace("/srv", str(tmp_path)))[1:]
        if words[0] == "fleet" and words[1] == "read":
            words += ["--workers", "1"]
        result = smtpscope(*words)
        assert result.exit_code == 0, (command, result.output)
    assert len(read_manifest(str(tmp_path / "set")).logs) == 3


def test_the_code_for_spark_reads_the_logs(tmp_path: Path) -> None:
    write_logs(tmp_path / "logs", 3)
    (tmp_path / "logs" / "bad.parquet").write_bytes(b"PAR1" * 9)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

    class Rows(list[Any]):
        def map(self, work: Any) -> Rows:
            return Rows(map(work, self))

        def toLocalIterator(self) -> Iterator[Any]:  # noqa: N802 - the name that Spark has for it
            return iter(self)

    class SparkStub:
        class sparkContext:  # noqa: N801
            @staticmethod
            def parallelize(rows: list[Any], _parts: int) -> Rows:
                return Rows(rows)

    printed: list[tuple[str, str]] = []
    names = {"spark": SparkStub, "print": lambda *words: printed.append(words)}
    exec(compile(code.replace("/srv", str(tmp_path)), "docs/fleet.md", "exec"), names)
    assert len(read_manifest(str(tmp_path / "set")).logs) == 4
    assert [Path(name).name for name, _ in printed] == ["bad.parquet"]


def test_the_services_start_what_dask_has() -> None:
    started = commands("ExecStart=")
    assert len(started) == 2
    for line in started:
        program, kind, *options = shlex.split(line.partition("=")[2])
        assert program == "/srv/smtpscope/bin/dask"
        main = importlib.import_module(f"distributed.cli.dask_{kind}").main
        assert main.make_context(kind, options, resilient_parsing=False).params["dashboard"] is False


@pytest.mark.dask
@pytest.mark.skipif(os.name != "posix" or shutil.which("openssl") is None, reason="needs a shell and openssl")
def test_the_commands_for_many_computers_read_the_logs_over_tls(tmp_path: Path) -> None:
    first, *five = re.findall(r"^    (python3 -m venv .*|openssl .*|\(set -a; .*|for host in .*)$", PAGE, re.MULTILINE)
    assert first.endswith("install '.[fleet]'")
    assert len(five) == 4
    write_logs(tmp_path / "logs", 4)
    folder = tmp_path / "smtpscope"
    (folder / "bin").mkdir(parents=True)
    python = shlex.quote(sys.executable)
    note = f"echo $$ >> {shlex.quote(str(folder / 'processes'))}"
    for name, script in (
        ("dask", f'{note}; program=$1; shift; exec {python} -m distributed.cli.dask_$program "$@"'),
        ("smtpscope", f'exec {python} -m smtpscope "$@"'),
        # The remote shell, on this computer.
        ("ssh", 'shift; exec sh -c "$*"'),
    ):
        path = folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def here(text: str) -> str:
        text = text.replace("/srv", str(tmp_path)).replace("tls://head:8786", f"tls://127.0.0.1:{port}")
        text = text.replace("--port 8786", f"--host 127.0.0.1 --port {port}").replace("/tmp/worker.log", "/dev/null")
        return text.replace("mail01 mail02 mail03", "mail01").replace("--nworkers -1", "--nworkers 1")

    (folder / "fleet.env").write_text(here("\n".join(commands("DASK_"))), encoding="utf-8")
    around = environment(PATH=f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    try:
        for command in five:
            done = subprocess.run(
                ["sh", "-c", here(command)], env=around, capture_output=True, text=True, timeout=60, check=False
            )
            assert done.returncode == 0, (command, done.stderr)
        assert "read 4 logs" in done.stderr
        assert len(read_manifest(str(tmp_path / "set")).parts) == 4
    finally:
        for process in (folder / "processes").read_text(encoding="ascii").split():
            os.kill(int(process), signal.SIGKILL)
