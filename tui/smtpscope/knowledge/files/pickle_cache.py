"""A cache of the compiled knowledge files, stored where Python stores compiled modules and by the same rules.

Reading the files and compiling their phrases takes longer than reading most logs. The cache is used only while the
files and this program are unchanged; otherwise, or if damaged, it is ignored.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final, TypeVar, cast

import smtpscope

T = TypeVar("T")

_PROGRAM_PARTS = ("knowledge", "parsing")
_OLD_SECONDS: Final = 24 * 3_600


def kept(name: str, folder: Path, make: Callable[[], T]) -> T:
    """The result of `make` for the knowledge files in `folder`, or the cached one called `name`.

    Raises only what `make` raises.
    """
    import pickle

    place = _place(name)
    state = _state(folder)
    if place is not None:
        # Anyone who can write this file can also write the modules next to it, so it is as safe to load as they are.
        with contextlib.suppress(Exception), _no_collection(), place.open("rb") as stream:
            if pickle.load(stream) == state:
                return cast("T", pickle.load(stream))
    made = make()
    if place is not None and not sys.dont_write_bytecode:
        with contextlib.suppress(OSError, pickle.PicklingError):
            _write(place, (pickle.dumps(state), pickle.dumps(made, pickle.HIGHEST_PROTOCOL)))
    return made


def _place(name: str) -> Path | None:
    try:
        module = Path(cache_from_source(__file__))
    except NotImplementedError:
        return None
    return module.with_name(f"{name}.{sys.implementation.cache_tag}.kept")


def _state(folder: Path) -> list[tuple[str, int, int]]:
    """Name, size and time of all files that what is kept depends on."""
    package = Path(smtpscope.__file__).parent
    folders = [str(folder), *(str(package / part) for part in _PROGRAM_PARTS)]
    return [(smtpscope.__version__, *sys.version_info[:2]), *sorted(_files(folders, (".toml", ".py")))]


def _files(folders: Iterable[str], endings: tuple[str, ...]) -> list[tuple[str, int, int]]:
    found = []
    for folder in folders:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(endings):
                    status = entry.stat()
                    found.append((entry.path, status.st_size, status.st_mtime_ns))
                elif entry.is_dir() and entry.name != "__pycache__":
                    found += _files([entry.path], endings)
    return found


def _write(place: Path, parts: Iterable[bytes]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    _sweep(place)
    unfinished = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(b"".join(parts))
        unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)


def _sweep(place: Path) -> None:
    """Removes what runs that were killed while they wrote have left beside `place`."""
    for left in place.parent.glob(f"{place.name}.*"):
        with contextlib.suppress(OSError):
            if left.suffix[1:].isdigit() and time.time() - left.lstat().st_mtime > _OLD_SECONDS:
                left.unlink()


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Disables garbage collection, which would scan tens of thousands of new objects repeatedly for nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
