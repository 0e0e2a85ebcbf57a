"""DuckDB as every part of a set is read: in memory, within a limit, and with a folder of its own beyond that."""

from __future__ import annotations

import importlib
import re
from tempfile import TemporaryDirectory
from typing import Any, Final

from smtpscope.errors import LogError, UsageError

EXTRA: Final = "pip install 'smtpscope[fleet]'"


class SetEngine:
    """A connection with at most `memory` ("400MB") of memory; no extension is ever loaded or fetched.

    What does not fit goes to a temporary folder, not to the one where the user is, which would be the engine's choice.
    `where` and `purpose` are named when DuckDB is missing. Raises LogError then, and UsageError if `memory` is none.
    """

    def __init__(self, where: str, purpose: str, memory: str, **settings: object) -> None:
        try:
            module: Any = importlib.import_module("duckdb")
        except ImportError as error:
            raise LogError(
                where=where, what=f"{purpose} needs DuckDB, which is not installed", remedy=f"Install it: {EXTRA}"
            ) from error
        self.error: type[Exception] = module.Error
        self.file_error: type[Exception] = module.IOException
        self._spilled = TemporaryDirectory(prefix="smtpscope-", ignore_cleanup_errors=True)
        own = {
            "memory_limit": memory,
            "temp_directory": self._spilled.name,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        try:
            self.connection: Any = module.connect(":memory:", config=own | settings)
        except module.Error as error:
            self._spilled.cleanup()
            raise UsageError(
                where="--memory", what=f"{memory} is not an amount of memory", remedy="Write 500MB or 2GB"
            ) from error

    def close(self) -> None:
        """Ends the connection, and removes what did not fit into memory."""
        self.connection.close()
        self._spilled.cleanup()


def literal(path: str) -> str:
    """`path` for the engine, which takes these characters for a pattern even in a list of paths."""
    return re.sub(r"([*?[])", r"[\1]", path)
