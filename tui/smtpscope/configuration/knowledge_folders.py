"""The knowledge folders used in addition to the bundled one, and their order."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from smtpscope.errors import KnowledgeError


def knowledge_folders(own: Path | None, *others: Iterable[Path]) -> tuple[Path, ...]:
    """The user's own folder if it is not empty, then the others; later ones take precedence.

    `own` is None if it is disabled. A folder named twice counts at its first position. Raises KnowledgeError if the own
    folder can't be read.
    """
    folders = [own] if own is not None and _holds_something(own) else []
    for more in others:
        folders += more
    different: dict[Path, Path] = {}
    for folder in folders:
        different.setdefault(folder.resolve(), folder)
    return tuple(different.values())


def _holds_something(folder: Path) -> bool:
    """Whether `folder` has anything in it that could be knowledge; an empty folder is ignored."""
    try:
        with os.scandir(folder) as found:
            return any(
                entry.name.endswith(".toml") or (entry.is_dir() and any(Path(entry.path).glob("*.toml")))
                for entry in found
            )
    except FileNotFoundError:
        return False
    except OSError as error:
        raise KnowledgeError(
            where=str(folder),
            what=f"your own knowledge can't be read: {error.strerror or error}",
            remedy="Make it a readable folder, or skip it with --no-own-knowledge",
        ) from error
