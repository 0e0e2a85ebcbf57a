"""How much memory another process has, as its system tells: Linux, Windows and macOS each in its own way.

Source: proc(5); Microsoft, PROCESS_MEMORY_COUNTERS; Apple, <sys/resource.h> (rusage_info_v0).
"""

from __future__ import annotations

import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

_PAGE: Final = 4_096
_COUNTERS: Final = struct.Struct("@IINNNNNNNN")
_COUNTERS_COMMITTED: Final = 8
"""PagefileUsage: what the process has asked for, whether it is in memory or not."""
_USAGE_SIZE: Final = 512
_USAGE_FOOTPRINT: Final = 72
"""The offset of ri_phys_footprint, behind a UUID and seven numbers of 64 bits."""


def memory_of(process: int) -> int | None:
    """Bytes that the process with that number has; None where that is not known, or it has ended."""
    with suppress(OSError, ValueError, IndexError, AttributeError, struct.error):
        if sys.platform == "win32":
            return _on_windows(process)
        if sys.platform == "darwin":
            return _on_macos(process)
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    return None


def _on_windows(process: int) -> int | None:
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    kernel.OpenProcess.restype = ctypes.c_void_p
    kernel.K32GetProcessMemoryInfo.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32]
    kernel.CloseHandle.argtypes = [ctypes.c_void_p]
    query_limited_information = 0x1000
    handle = kernel.OpenProcess(query_limited_information, False, process)
    if not handle:
        return None
    try:
        counters = ctypes.create_string_buffer(_COUNTERS.size)
        if not kernel.K32GetProcessMemoryInfo(handle, counters, _COUNTERS.size):
            return None
        return int(_COUNTERS.unpack(counters.raw)[_COUNTERS_COMMITTED])
    finally:
        kernel.CloseHandle(handle)


def _on_macos(process: int) -> int | None:
    import ctypes

    usage = ctypes.create_string_buffer(_USAGE_SIZE)
    library = ctypes.CDLL("/usr/lib/libproc.dylib", use_errno=True)
    if library.proc_pid_rusage(process, 0, usage) != 0:
        return None
    return int(struct.unpack_from("<Q", usage.raw, _USAGE_FOOTPRINT)[0])
