"""A log on another machine, `host:path`, streamed by OpenSSH's client with the user's own configuration.

Nothing is installed there: the remote shell runs `cat`. Keys, jump hosts and names are those of ~/.ssh/config, and a
password or an unknown host key is asked for on the terminal before the browser starts.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from smtpscope.errors import LogError

# Two characters at least: one is a drive of Windows. A slash before the colon means a local path.
_REMOTE: Final = re.compile(r"(?P<host>(?:[^\s@:/\\-][^\s@:/\\]*@)?[A-Za-z0-9_\[][^\s@:/\\]+):(?P<path>.+)", re.DOTALL)
_SSH_FAILED: Final = 255
_MOST_ERROR: Final = 2_000


def remote_file(argument: str) -> tuple[str, str] | None:
    """Host (with the user, if one is named) and path of `[user@]host:path`; None if `argument` is not of that form."""
    found = _REMOTE.fullmatch(argument)
    return None if found is None else (found["host"], found["path"])


class _Streamed(io.RawIOBase):
    """The output of a process; raises OSError at its end if the process failed."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        errors: BinaryIO,
        failed: Callable[[int, str], LogError],
        arrived: Callable[[], object],
    ) -> None:
        self._process = process
        self._errors = errors
        self._failed = failed
        self._arrived = arrived

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        assert self._process.stdout is not None
        data = self._process.stdout.read(len(buffer))
        self._arrived()
        if not data and (status := self._process.wait()):
            self._errors.seek(0)
            raise self._failed(status, self._errors.read(_MOST_ERROR).decode("utf-8", "replace"))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._arrived()
            if self._process.poll() is None:
                # Reading was cancelled; ssh would wait for somebody to read on.
                self._process.terminate()
                self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._errors.close()
        super().close()


def opened_over_ssh(name: str, host: str, path: str, arrived: Callable[[], object] = lambda: None) -> BinaryIO:
    """The bytes of `path` on `host`, as they come; `arrived` is called with the first ones, or when there are none.

    Raises LogError here if ssh is missing, and later if it fails.
    """
    client = shutil.which("ssh")
    if client is None:
        raise LogError(
            where=name,
            what="there is no ssh on this computer to read the log with",
            remedy="Install OpenSSH's client, or copy the log here",
        )

    def failed(status: int, said: str) -> LogError:
        last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), f"exit code {status}")
        if status == _SSH_FAILED:
            return LogError(where=name, what=f"ssh failed: {last}", remedy=f"Try: ssh {host}")
        return LogError(
            where=name, what=f"can't be read there: {last}", remedy=f"Try: ssh {host} ls -l {shlex.quote(path)}"
        )

    errors = tempfile.TemporaryFile(prefix="smtpscope-")  # noqa: SIM115 - closed with the stream
    # -T: no terminal there, which would change line ends; -e none: no escapes; --: the host can't become an option.
    command = [client, "-T", "-e", "none", "--", host, f"cat -- {shlex.quote(path)}"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, bufsize=0)
    return _Streamed(process, errors, failed, arrived)  # type: ignore[return-value]
