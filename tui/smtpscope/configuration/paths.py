"""The paths of the program's files on this computer."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import platformdirs
from msgspec import Struct

PROJECT_FILE: Final = ".smtpscope.toml"
USER_FILE: Final = "config.toml"
_WORKSPACE_FILE: Final = "workspace.sqlite3"
_JOURNAL_FILE: Final = "live-checks.jsonl"
_APPLICATION: Final = "smtpscope"


class Paths(Struct, frozen=True):
    """None of them need exist, except `project_file` if it is not None."""

    user_file: Path
    project_file: Path | None
    data_folder: Path
    workspace_file: Path
    knowledge_folder: Path
    cache_folder: Path
    journal_file: Path

    def named(self) -> tuple[tuple[str, Path | None], ...]:
        """Each path with its label, for display."""
        return (
            ("settings", self.user_file),
            ("project settings", self.project_file),
            ("data", self.data_folder),
            ("workspace", self.workspace_file),
            ("own knowledge", self.knowledge_folder),
            ("cache", self.cache_folder),
            ("live checks", self.journal_file),
        )


def paths(start: Path) -> Paths:
    """The files and folders for a run in the folder `start`; nothing is created.

    The folders are the system's standard ones for settings, data and cache (XDG on Linux, Library on macOS, AppData on
    Windows).
    """
    data = Path(platformdirs.user_data_dir(_APPLICATION, appauthor=False))
    return Paths(
        user_file=user_folder() / USER_FILE,
        project_file=find_project_file(start),
        data_folder=data,
        workspace_file=data / _WORKSPACE_FILE,
        knowledge_folder=own_knowledge_folder(),
        cache_folder=Path(platformdirs.user_cache_dir(_APPLICATION, appauthor=False)),
        journal_file=data / _JOURNAL_FILE,
    )


def own_knowledge_folder() -> Path:
    """The folder of the user's own guidance."""
    return Path(platformdirs.user_data_dir(_APPLICATION, appauthor=False)) / "knowledge"


def user_folder() -> Path:
    """The folder of the user's settings file."""
    return Path(platformdirs.user_config_dir(_APPLICATION, appauthor=False))


def find_project_file(start: Path) -> Path | None:
    """The first `.smtpscope.toml` in `start` or a folder above it, None where there is none."""
    try:
        # Made absolute without resolving links, so "above" means what the prompt shows.
        here = start.absolute()
    except OSError:
        return None
    for folder in (here, *here.parents):
        candidate = folder / PROJECT_FILE
        try:
            if candidate.is_file():
                return candidate
        except (OSError, ValueError):
            continue
    return None
