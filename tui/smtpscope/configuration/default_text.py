"""The settings as text: a settings file with all defaults and comments, and a table for the docs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

from smtpscope.configuration.paths import PROJECT_FILE
from smtpscope.configuration.problems import SettingsError
from smtpscope.configuration.setting_kinds import toml_string
from smtpscope.configuration.settings import KEYS, SETTINGS, Setting

_WIDTH = 78
_OPENING = (
    "Settings of smtpscope. These are the defaults.",
    f"In order of precedence: the command line, the environment, {PROJECT_FILE} in the current folder or one above, "
    "this file.",
)


def default_text(bindings: Mapping[str, str] | None = None) -> str:
    """A settings file that sets every setting to its default, with comments.

    `bindings` are the default keys by action id, listed as comments.
    """
    lines = [*_comment(*_OPENING), ""]
    section = ""
    for setting in SETTINGS.values():
        if setting.name == KEYS:
            continue
        if setting.section != section:
            section = setting.section
            lines += [f"[{section}]", ""]
        lines += [*_described(setting), f"{setting.key} = {setting.kind.toml(setting.default)}", ""]
    lines += [f"[{KEYS}]", "", *_described(SETTINGS[KEYS])]
    for action, keys in (bindings or {"browse.filter": "slash"}).items():
        # Commented out, so the file does not pin a default key that a later version changes.
        lines.append(f"# {toml_string(action)} = {toml_string(keys)}")
    return "\n".join(lines) + "\n"


def _described(setting: Setting) -> Iterator[str]:
    yield from _comment(setting.meaning, f"{setting.kind.expected}. Variable: {setting.environment}")


def _comment(*paragraphs: str) -> Iterator[str]:
    for paragraph in paragraphs:
        yield from textwrap.wrap(
            paragraph,
            _WIDTH,
            initial_indent="# ",
            subsequent_indent="# ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def write_default_text(path: Path, bindings: Mapping[str, str] | None = None) -> None:
    """Writes `default_text` to the new file `path`, creating its folder.

    Raises SettingsError if the file exists (it is not changed) or can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            stream = path.open("x", encoding="utf-8", newline="\n")
        except FileExistsError as error:
            raise SettingsError(
                where=str(path),
                what="it already exists and was not changed",
                remedy="Edit it, or move it away and try again",
            ) from error
        with stream:
            stream.write(default_text(bindings))
    except OSError as error:
        raise SettingsError(
            where=str(path),
            what=f"can't be written: {error.strerror or error}",
            remedy="Check permissions and free space",
        ) from error
