"""How much memory is left, so that reading can stop with what it has before the system ends the program."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

_LEAST: Final = 96 << 20
_PART_OF_OURS: Final = 8
"""What comes after reading takes about an eighth of what we have."""
_PAGE: Final = 4_096


def is_short(root: Path = Path("/")) -> bool:
    """Whether less memory is left than a report needs; False where the system does not tell (only Linux does).

    `root` is where proc and sys are mounted.
    """
    left = memory_left(root)
    if left is None:
        return False
    ours = 0
    with suppress(OSError, ValueError, IndexError):
        ours = int((root / "proc/self/statm").read_text().split()[1]) * _PAGE
    return left < max(_LEAST, ours // _PART_OF_OURS)


def memory_left(root: Path = Path("/")) -> int | None:
    """The bytes of memory that may still be taken; None where the system does not tell."""
    left = [each for each in (_of_system(root), _of_group(root)) if each is not None]
    return min(left, default=None)


def _of_system(root: Path) -> int | None:
    with suppress(OSError, ValueError, IndexError, KeyError):
        lines = (root / "proc/meminfo").read_text().splitlines()
        values = {line.partition(":")[0]: int(line.split()[1]) << 10 for line in lines if len(line.split()) > 1}
        return values["MemAvailable"] + values.get("SwapFree", 0)
    return None


def _of_group(root: Path) -> int | None:
    """What a container may still take (control groups, version 2)."""
    group = root / "sys/fs/cgroup"
    with suppress(OSError, ValueError):
        most = int((group / "memory.max").read_text())
        cached = [
            int(line.split()[1])
            for line in (group / "memory.stat").read_text().splitlines()
            if line.startswith(("inactive_file ", "active_file "))
        ]
        return most - int((group / "memory.current").read_text()) + sum(cached)
    return None
