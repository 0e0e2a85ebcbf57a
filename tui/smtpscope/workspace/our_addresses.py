"""The public IP addresses of our servers, where no reply names them: asked for once, and remembered."""

from __future__ import annotations

from smtpscope.workspace.database import Database
from smtpscope.workspace.stored_text import storable


class OurAddresses:
    """Server as the log names it, in any case -> its IP address; "" is the server of a log that names none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, server: str) -> str:
        """The IP address, "" if unknown. Raises WorkspaceError."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT address FROM our_address WHERE server = ?", (_key(server),)).fetchone()
        return "" if row is None else str(row[0])

    def keep(self, server: str, address: str) -> None:
        """Remembers it; "" forgets it. Raises WorkspaceError."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM our_address WHERE server = ?", (_key(server),))
            if address:
                connection.execute("INSERT INTO our_address VALUES (?, ?)", (_key(server), storable(address)))


def _key(server: str) -> str:
    return storable(server.casefold())[:1_000]
