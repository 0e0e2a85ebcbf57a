"""Problems with settings: an error prevents the start, a warning is shown."""

from __future__ import annotations

from smtpscope.errors import UsageError

_LONGEST = 60


class SettingsError(UsageError):
    """A settings file, a variable or an option can't be understood; also used unraised, as a warning."""


class RefusedError(Exception):
    """An invalid value: `what` it must be, and the `remedy`."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


class DistrustedError(RefusedError):
    """A possibly valid value, not accepted from a file next to a log: ignored with a warning."""


def quoted(value: object) -> str:
    """`value` as quoted in messages, shortened if long."""
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 1]}…"
    return f'"{text}"' if isinstance(value, str) else text
