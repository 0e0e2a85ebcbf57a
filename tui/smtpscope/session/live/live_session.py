"""Everything that live checks of one run need: the resolver, the journal, the rules of the knowledge base.

Nothing of it is loaded or opened before somebody wants a check, and nothing is asked before somebody says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

from smtpscope.knowledge.files.knowledge_files import bundled_folder
from smtpscope.knowledge.files.live_files import block_lists, live_rules
from smtpscope.probes.consent import AnswerMemory, Outside
from smtpscope.probes.dnspython_resolver import DnspythonResolver, name_server_place, system_name_servers
from smtpscope.probes.engine import LiveCheckEngine
from smtpscope.probes.journal import Journal
from smtpscope.probes.mail_connection import Connector, DirectConnector, Trust, system_trust
from smtpscope.probes.pacing import LiveClock, Pace, SystemClock
from smtpscope.probes.planning import LiveOptions, Planner
from smtpscope.probes.safe_targets import Reach

OFF: Final = "off"
_NEEDED: Final = ("dns", "cryptography")


def hindrance(checks: str) -> str:
    """Why there are no live checks, in one sentence; "" if there are. `checks` is the setting of that name."""
    if checks == OFF:
        return 'Live checks are off: the setting is checks = "off", its variable SMTPSCOPE_CHECKS'
    if not all(map(find_spec, _NEEDED)):
        return 'Live checks need two more packages: pip install "smtpscope[check]"'
    return ""


class LiveSettings(Protocol):
    """What is needed of the settings."""

    @property
    def checks_resolver(self) -> str: ...

    @property
    def checks_private(self) -> bool: ...

    @property
    def checks_recipient(self) -> bool: ...

    @property
    def checks_our_address(self) -> str: ...


class LiveSession:
    """`folders` are those of the knowledge base. `resolver` is "" for those of this computer. Raises UsageError."""

    def __init__(
        self,
        folders: Iterable[Path],
        options: LiveOptions,
        journal: Path | None,
        *,
        resolver: str = "",
        clock: LiveClock | None = None,
        connector: Connector | None = None,
        trust: Trust | None = None,
        seconds: float = 3.0,
    ) -> None:
        clock = SystemClock() if clock is None else clock
        folders = tuple(folders)
        self.lists = block_lists(folders)
        self.rules = live_rules(folders)
        self.options = options
        self.known_address = ""
        self.journal = Journal(journal)
        places = (name_server_place(resolver),) if resolver else system_name_servers()
        self._outside = Outside(
            resolver=DnspythonResolver(places, seconds=seconds),
            connector=DirectConnector() if connector is None else connector,
            clock=clock,
            pace=Pace(clock),
            memory=AnswerMemory(clock),
            reach=options.reach,
            lists=self.lists,
            trust=system_trust if trust is None else trust,
        )
        self.engine = LiveCheckEngine(self._outside, self.journal)
        self.planner = Planner(self.lists, options)

    @classmethod
    def made(
        cls,
        settings: LiveSettings,
        own_folders: Iterable[Path],
        journal: Path | None,
        *,
        allow_private: bool = False,
        resolver: str = "",
        our_address: str = "",
    ) -> LiveSession:
        """A session as `settings` say; options that are given win. Raises UsageError for a resolver that is none."""
        made = cls(
            (bundled_folder(), *own_folders),
            LiveOptions(Reach(allow_private or settings.checks_private), settings.checks_recipient),
            journal,
            resolver=resolver or settings.checks_resolver,
        )
        made.known_address = our_address or settings.checks_our_address
        return made

    def our_address(self, server: str) -> str:
        """The IP address that mail of our `server` leaves from, where no reply names it."""
        return self.known_address

    @property
    def resolvers(self) -> tuple[str, ...]:
        """Who is asked DNS questions."""
        return self.engine.resolvers
