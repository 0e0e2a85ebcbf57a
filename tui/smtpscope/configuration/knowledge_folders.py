"""Which folders of knowledge a run takes besides the bundled one, and in which order."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from smtpscope.errors import KnowledgeError


def knowledge_folders(own: Path | None, *others: Iterable[Path]) -> tuple[Path, ...]:
    """The user's own folder as far as there is something in it, then the others; what comes later has more to say.

    `own` is None where it is left out. A folder that is named twice counts where it stands first. Raises
    KnowledgeError when the own folder can't be looked into.
    """
    folders = [own] if own is not None and _holds_something(own) else []
    for more in others:
        folders += more
    different: dict[Path, Path] = {}
    for folder in folders:
        different.setdefault(folder.resolve(), folder)
    return tuple(different.values())


def _holds_something(folder: Path) -> bool:
    """Whether anything that could be knowledge is in `folder`: an empty one is as good as none."""
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
