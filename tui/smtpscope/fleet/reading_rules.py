"""The rules by which all logs of a run are read, wherever the workers are."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import smtpscope
from smtpscope.errors import UsageError
from smtpscope.fleet.log_job import ReadingRules
from smtpscope.knowledge.files.knowledge_files import bundled_folder

_LOCALTIME: Final = Path("/etc/localtime")
_DATABASE: Final = "/zoneinfo/"


def reading_rules(zone: str, as_of_ms: int, folders: Sequence[Path]) -> ReadingRules:
    """The rules with the knowledge in `folders` besides the bundled one, and of this version."""
    paths = tuple(str(folder.absolute()) for folder in folders)
    return ReadingRules(
        zone=zone,
        as_of_ms=as_of_ms,
        folders=paths,
        knowledge=knowledge_hash(paths),
        version=smtpscope.__version__,
    )


@lru_cache(maxsize=2)
def knowledge_hash(folders: tuple[str, ...]) -> str:
    """A hash of all files of the bundled knowledge and of that in `folders`. Raises OSError."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in (bundled_folder(), *map(Path, folders)):
        for path in sorted(folder.rglob("*.toml")):
            content = path.read_bytes().replace(b"\r\n", b"\n")
            digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode(errors="surrogateescape"))
            digest.update(content)
    return digest.hexdigest()


def name_of_local_zone(environment: Mapping[str, str] = os.environ, localtime: Path = _LOCALTIME) -> str:
    """The IANA name of the zone of this computer, by which every worker knows it. Raises UsageError without one."""
    from smtpscope.store.times import zone_named

    given = environment.get("TZ", "").removeprefix(":")
    real = os.path.realpath(localtime)
    name = given or (real.rpartition(_DATABASE)[2] if _DATABASE in real else "")
    if not given and not name and localtime == _LOCALTIME and not localtime.exists() and os.name == "posix":
        name = "UTC"
    try:
        zone_named(name or "no name")
    except UsageError as error:
        raise UsageError(
            where="--timezone",
            what="the zone of this computer has no name by which other computers know it",
            remedy="Name it: --timezone Europe/Berlin, or UTC",
        ) from error
    return name
