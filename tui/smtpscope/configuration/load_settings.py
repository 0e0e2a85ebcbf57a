"""Loads settings from four places: one value each, its origin, and warnings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from msgspec import Struct

from smtpscope.configuration.nearest import did_you_mean
from smtpscope.configuration.paths import USER_FILE, find_project_file
from smtpscope.configuration.problems import DistrustedError, RefusedError, SettingsError, quoted
from smtpscope.configuration.setting_kinds import TomlPlace
from smtpscope.configuration.settings import KEYS, SECTIONS, SETTINGS, Setting, Settings
from smtpscope.configuration.toml_file import read_table

LayerName = Literal["default", "user file", "project file", "environment", "command line"]
_PREFIX = "SMTPSCOPE_"


class Origin(Struct, frozen=True):
    """The origin of a value; `where` is the file or the variable, "" for the command line and defaults."""

    layer: LayerName
    where: str = ""

    def __str__(self) -> str:
        return f"{self.layer}, {self.where}" if self.where else self.layer


_DEFAULT = Origin("default")


class Loaded(Struct, frozen=True):
    """`origins` has every setting by name, and each key as `keys.<action id>`; `warnings` are never raised."""

    settings: Settings
    origins: Mapping[str, Origin]
    warnings: tuple[SettingsError, ...]


def load(
    command_line: Mapping[str, object],
    environment: Mapping[str, str],
    project_folder: Path | None,
    user_folder: Path | None,
) -> Loaded:
    """The effective settings: command line > environment > project file > user file > default.

    `command_line` has setting names (`export.format`) with TOML-like values; None means "not given". Paths there and in
    the environment are relative to `project_folder`, where the upward search for the project file starts; paths in a
    file are relative to that file. None for a folder skips that file.

    Raises SettingsError for an unreadable file and an invalid value; an unknown name is a warning, on the command line
    an error.
    """
    gathering = _Gathering()
    if user_folder is not None:
        gathering.take_file("user file", user_folder / USER_FILE)
    project_file = None if project_folder is None else find_project_file(project_folder)
    if project_file is not None:
        gathering.take_file("project file", project_file)
    here = TomlPlace(project_folder or Path())
    gathering.take_environment(environment, here)
    gathering.take_command_line(command_line, here)
    return gathering.loaded()


def check_actions(loaded: Loaded, actions: Collection[str]) -> tuple[SettingsError, ...]:
    """A warning for each key in `loaded` with an action id that is not in `actions`."""
    return tuple(
        SettingsError(
            where=str(loaded.origins[f"{KEYS}.{action}"]),
            what=f"keys: unknown action {quoted(action)}, key ignored",
            remedy=did_you_mean(action, actions),
        )
        for action in loaded.settings.keys
        if action not in actions
    )


def check_conflicts(loaded: Loaded, places: Iterable[Mapping[str, str]]) -> tuple[SettingsError, ...]:
    """A warning for each key of `loaded` that another action has in the same place.

    `places` are the actions that have keys at the same time, each with its default keys separated by commas.
    """
    own = loaded.settings.keys
    found: dict[tuple[str, str, str], None] = {}
    for place in places:
        users: dict[str, list[str]] = {}
        for action, default in place.items():
            for key in own.get(action, default).split(","):
                users.setdefault(key, []).append(action)
        for key, actions in users.items():
            for action in actions:
                others = [each for each in actions if each != action and (each not in own or each > action)]
                if action in own and others:
                    found.setdefault((key, action, others[0]))
    return tuple(
        SettingsError(
            where=str(loaded.origins[f"{KEYS}.{action}"]),
            what=f"keys: {quoted(key)} is given to {quoted(action)}, but {quoted(other)} has it too",
            remedy=f"Give {quoted(action)} another key, or {quoted(other)} as well",
        )
        for key, action, other in found
    )


class _Gathering:
    """Applies the layers in order, lowest precedence first."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._keys: dict[str, str] = {}
        self._origins: dict[str, Origin] = dict.fromkeys(SETTINGS, _DEFAULT)
        self._warnings: list[SettingsError] = []

    def take_file(self, layer: LayerName, path: Path) -> None:
        table = read_table(path)
        if table is None:
            return
        origin = Origin(layer, str(path))
        of_project = layer == "project file"
        place = TomlPlace(path.parent, confined=of_project)
        for name, value in _named_values(table, origin):
            setting = SETTINGS.get(name)
            if setting is None:
                self._warn(origin, f"unknown setting {quoted(name)}", did_you_mean(name, SETTINGS))
            elif of_project and not setting.in_project:
                self._warn(origin, f"{name} is ignored in a project file", "Set it in your own file")
            else:
                self._take(setting, value, place, origin)

    def take_environment(self, environment: Mapping[str, str], place: TomlPlace) -> None:
        variables = {setting.environment: setting for setting in SETTINGS.values()}
        for variable in sorted(environment):
            text = environment[variable]
            # Setting a variable to nothing is how shells unset it.
            if not variable.startswith(_PREFIX) or not text:
                continue
            origin = Origin("environment", variable)
            setting = variables.get(variable)
            if setting is None:
                self._warn(origin, "no setting has this variable", did_you_mean(variable, variables))
            else:
                self._take(setting, setting.kind.from_text(text), place, origin)

    def take_command_line(self, values: Mapping[str, object], place: TomlPlace) -> None:
        origin = Origin("command line")
        for name, value in values.items():
            if value is None:
                continue
            setting = SETTINGS.get(name)
            if setting is None:
                raise SettingsError(
                    where=str(origin),
                    what=f"unknown setting {quoted(name)}",
                    remedy=did_you_mean(name, SETTINGS),
                )
            self._take(setting, value, place, origin)

    def _take(self, setting: Setting, value: object, place: TomlPlace, origin: Origin) -> None:
        try:
            parsed = setting.kind.parse(value, place)
        except DistrustedError as refused:
            self._warn(origin, f"{setting.name} {refused.what}", refused.remedy)
            return
        except RefusedError as refused:
            raise SettingsError(
                where=str(origin), what=f"{setting.name} {refused.what}", remedy=refused.remedy
            ) from refused
        self._origins[setting.name] = origin
        if setting.name != KEYS:
            self._values[setting.attribute] = parsed
            return
        # Each action separately, so a project can change one key and keep the user's others.
        for action, keys in parsed.items():
            self._keys[action] = keys
            self._origins[f"{KEYS}.{action}"] = origin

    def _warn(self, origin: Origin, what: str, remedy: str) -> None:
        self._warnings.append(SettingsError(where=str(origin), what=what, remedy=remedy))

    def loaded(self) -> Loaded:
        settings = Settings(**self._values, keys=MappingProxyType(self._keys))
        return Loaded(settings, MappingProxyType(self._origins), tuple(self._warnings))


def _named_values(table: Mapping[str, Any], origin: Origin) -> Iterator[tuple[str, object]]:
    """The values of a file by full name. Raises SettingsError if a section is not a table."""
    for name, value in table.items():
        if name not in SECTIONS:
            yield name, value
        elif isinstance(value, dict):
            yield from ((f"{name}.{key}", inner) for key, inner in value.items())
        else:
            raise SettingsError(
                where=str(origin),
                what=f"{name} is {quoted(value)}, but must be a section",
                remedy=f"Write [{name}] on a line of its own and its settings below",
            )
