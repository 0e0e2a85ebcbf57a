"""The cores of this computer that work may be spread over."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """How many of its cores this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable is not None else os.cpu_count() or 1
