"""The effective settings of a command, and the commands that show their paths and write them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smtpscope.cli.streams import talk

if TYPE_CHECKING:
    from smtpscope.configuration.load_settings import Loaded
    from smtpscope.configuration.problems import SettingsError
    from smtpscope.configuration.settings import Settings
    from smtpscope.workspace.workspace import Workspace


def loaded_settings() -> Loaded:
    """Loads the settings from the environment, the project file and the user's file, and prints warnings. Raises
    SettingsError.
    """
    from smtpscope.configuration.load_settings import load
    from smtpscope.configuration.paths import user_folder

    loaded = load({}, os.environ, Path.cwd(), user_folder())
    warn(loaded.warnings)
    return loaded


def warn(warnings: Iterable[SettingsError]) -> None:
    """Prints each warning about the settings on one line."""
    for warning in warnings:
        talk(f"{warning.where}: {warning.what}. {warning.remedy}.")


def knowledge_folders(given: Iterable[Path], settings: Settings, *, own: bool = True) -> tuple[Path, ...]:
    """The knowledge folders in addition to the bundled one: the user's own (unless `own` is False or the settings
    disable it), those in the settings, and those `given` on the command line, which take precedence. Raises
    KnowledgeError.
    """
    from smtpscope.configuration import knowledge_folders as folders
    from smtpscope.configuration.paths import paths

    place = paths(Path.cwd()).knowledge_folder if own and settings.own_knowledge else None
    return folders.knowledge_folders(place, settings.knowledge, given)


def cache_folder(settings: Settings) -> Path | None:
    """The cache folder for large logs; None if the settings disable caching."""
    if not settings.cache:
        return None
    from smtpscope.configuration.paths import paths

    return paths(Path.cwd()).cache_folder


def key_warnings(loaded: Loaded) -> tuple[SettingsError, ...]:
    """What is wrong with the keys that were set: actions that do not exist, and keys with two actions in one place."""
    if not loaded.settings.keys:
        return ()
    from smtpscope.app.default_keys import default_keys, key_places
    from smtpscope.configuration.load_settings import check_actions, check_conflicts

    return check_actions(loaded, default_keys()) + check_conflicts(loaded, key_places())


def workspace(settings: Settings) -> Workspace | None:
    """The workspace file; None if the settings disable it."""
    if not settings.remember:
        return None
    from smtpscope.configuration.paths import paths
    from smtpscope.workspace.workspace import Workspace

    return Workspace.open(paths(Path.cwd()).workspace_file)


def first_start(settings: Settings) -> bool:
    """Whether this is the first start; ask before opening the workspace, since opening creates it."""
    if not settings.remember:
        return False
    from smtpscope.configuration.paths import paths

    return not paths(Path.cwd()).workspace_file.exists()


@click.command(short_help="Show where settings, marks, notes and caches are kept.")
def paths() -> None:
    """Show the files and folders that smtpscope uses.

    \b
    smtpscope paths
    """
    from smtpscope.configuration.paths import paths as known_paths

    for name, path in known_paths(Path.cwd()).named():
        click.echo(f"{name:<18}{'none' if path is None else path}")


@click.group(short_help="Write a settings file.")
def config() -> None:
    """Write a settings file.

    Settings come from the command line, the environment (SMTPSCOPE_...), the
    project file, your own file, and the defaults, in this order.

    \b
    smtpscope config init
    """


@config.command(short_help="Write a settings file with all defaults and comments.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="PATH", help="Write to this file instead.")
def init(output: Path | None) -> None:
    """Write all settings with their defaults and comments to your settings file.

    An existing file is never overwritten.

    \b
    smtpscope config init
    smtpscope config init -o .smtpscope.toml
    """
    from smtpscope.app.default_keys import default_keys
    from smtpscope.configuration.default_text import write_default_text
    from smtpscope.configuration.paths import paths as known_paths

    path = known_paths(Path.cwd()).user_file if output is None else output
    write_default_text(path, default_keys())
    talk(f"Wrote {path}.")
