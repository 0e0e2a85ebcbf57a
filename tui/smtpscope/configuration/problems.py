"""What is wrong with the settings: an error ends the start, a warning is told and passed over."""

from __future__ import annotations

from smtpscope.errors import UsageError

_LONGEST = 60


class SettingsError(UsageError):
    """A settings file, a variable or an option can't be understood; also used unraised, as a warning."""


class RefusedError(Exception):
    """A value that a setting can't take: `what` it would have to be, and `remedy`, what to write."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


class DistrustedError(RefusedError):
    """A value that may be right but is not taken from a file that lies beside a log: ignored with a warning."""


def quoted(value: object) -> str:
    """`value` as a message names it, cut where it is long."""
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 1]}…"
    return f'"{text}"' if isinstance(value, str) else text
