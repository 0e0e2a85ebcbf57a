"""`smtpscope serve`: the browser in a web page, on this machine only unless told otherwise."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from smtpscope.cli.commands import browse_logs
from smtpscope.cli.log_arguments import grouped, opened
from smtpscope.cli.options import Query, query_options
from smtpscope.cli.streams import say, talk
from smtpscope.cli.terminal import in_web_page
from smtpscope.errors import SmtpscopeError, UsageError
from smtpscope.harmless import shown

if TYPE_CHECKING:
    import socket

_THIS_MACHINE: Final = "127.0.0.1"
_TERMINATED: Final = 128 + 15
"""The shell's exit code for a program ended by SIGTERM."""
_ALL_INTERFACES: Final = frozenset({"0.0.0.0", "::"})


class ServeError(SmtpscopeError):
    """The page can't be served."""


@click.command(short_help="Browse logs in a web browser on this machine.")
@query_options
@click.option(
    "--host",
    default=_THIS_MACHINE,
    show_default=True,
    metavar="ADDRESS",
    help="IP address to listen on. Whoever has the printed URL can read the logs and write files.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Port to listen on.  [default: a free one]"
)
@click.option("--no-key", is_flag=True, help="Leave the key out of the URL: anyone who can reach the port is let in.")
def serve(query: Query, host: str, port: int, no_key: bool) -> None:
    """Browse logs in a web browser: prints the URL, and serves until ctrl+c.

    Needs the extra smtpscope[serve]. The URL has a key, new at each start,
    which keeps other users of this machine out. Every page reads the logs again, and
    loads everything from this machine.

    \b
    smtpscope serve Application.evtx
    smtpscope serve logs/ --filter "5xx since:7d" --port 8000
    """
    if in_web_page():
        # A page's process is started with the same arguments as the server.
        browse_logs(query)
        return
    _check(query)
    _check_installed()
    analysis = opened(query)
    grouped(analysis, query.filter_text)
    for error in analysis.errors:
        say(error)
    with _listening(host, port) as listening:
        _serve(listening, host, _title(analysis.files), keyed=not no_key)


def _serve(listening: socket.socket, host: str, title: str, *, keyed: bool) -> None:
    import asyncio

    from smtpscope.cli.web.guard import is_this_machine_only, new_key, own_names
    from smtpscope.cli.web.page_process import same_words
    from smtpscope.cli.web.pages import Pages, serve_pages

    address = listening.getsockname()[0]
    key = new_key() if keyed else ""
    url = _url(address, listening.getsockname()[1]) + (f"?key={key}" if key else "")

    def ready() -> None:
        if is_this_machine_only(address):
            who = "to whoever has this URL" if key else "to anyone logged in on it"
            talk(f"serving {url} for this machine only, {who}; press ctrl+c to stop.")
        else:
            lacking = "no encryption" if key else "no login, no encryption"
            who = (
                f"Anyone who has the URL, or can watch the network to {host},"
                if key
                else f"Anyone who can reach {host} over the network"
            )
            talk(f"WARNING: {lacking}. {who} can read these logs, and write files with your rights.")
            talk(f"serving {url}; press ctrl+c to stop.")

    asyncio.run(serve_pages(Pages(same_words(), title, own_names(host), key), listening, ready))
    sys.exit(_TERMINATED)


def _check(query: Query) -> None:
    if not query.files:
        raise UsageError(where="command line", what="no log given", remedy="Give a file or a folder to serve")
    if "-" in query.files:
        raise UsageError(
            where="standard input",
            what="it can be read only once, and each page reads the logs again",
            remedy="Save it to a file, and serve that",
        )


def _check_installed() -> None:
    try:
        import textual_serve.app_service  # noqa: F401
    except ImportError as missing:
        raise ServeError(
            where="serve",
            what="the package textual-serve is not installed",
            remedy="Run: python -m pip install 'smtpscope[serve]'",
        ) from missing


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises ServeError."""
    if not host:
        raise UsageError(where="--host", what="no IP address given", remedy="127.0.0.1 is this machine only")
    import socket

    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # One IP address, to name it in one line; a name such as localhost has several.
        family, _, _, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
        return socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError) as error:
        reason = (
            error.strerror
            if isinstance(error, OSError) and error.strerror
            else "this is not an IP address or host name"
        )
        raise ServeError(
            where=f"{host}, port {port}",
            what=f"can't listen there ({reason})",
            remedy="Omit --port to use a free one; --host must be an IP address of this machine",
        ) from error


def _url(address: str, port: int) -> str:
    import socket

    name = socket.gethostname() if address in _ALL_INTERFACES else address
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


def _title(names: Sequence[str]) -> str:
    first = f"smtpscope: {Path(names[0]).name}" if names else "smtpscope"
    return shown(first if len(names) < 2 else f"{first} and {len(names) - 1} more")
