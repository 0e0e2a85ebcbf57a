"""A text in the user's own editor or pager, while the browser waits; the file is private and removed afterwards."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

_VARIABLES: Final = ("VISUAL", "EDITOR", "PAGER")
_USUAL: Final = ("less", "more", "vi")


def viewer_command(
    environment: Mapping[str, str], platform: str = sys.platform, found: Callable[[str], object] = shutil.which
) -> list[str] | None:
    """The program with its arguments: $VISUAL, $EDITOR, $PAGER, else what the system has; None for none."""
    for variable in _VARIABLES:
        value = environment.get(variable, "").strip()
        if value:
            try:
                return shlex.split(value, posix=platform != "win32")
            except ValueError:
                return [value]
    if platform == "win32":
        return ["notepad.exe"]
    return next(([name] for name in _USUAL if found(name)), None)


def view_outside(command: Sequence[str], text: str, name: str) -> str | None:
    """Runs `command` on a file `name` that holds `text`, and waits. Says why it could not be run, None when it was."""
    folder = Path(tempfile.mkdtemp(prefix="smtpscope-"))
    # ctrl+c in the pager is the pager's: our handler is not inherited, and keeps the browser alive.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        path = folder / name
        # The folder is private, so the file is from its first moment on.
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        subprocess.run([*command, str(path)], check=False)
    except OSError as error:
        return f"{command[0]} can't be run: {error.strerror or error}"
    finally:
        signal.signal(signal.SIGINT, before)
        shutil.rmtree(folder, ignore_errors=True)
    return None
