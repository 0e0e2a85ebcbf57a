"""The readers of mail servers that are asked last, and a look for any of them in what none of them recognises.

Their logs are rarer, and importing them takes its time.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from smtpscope.reading.mail_servers.exim_log import EximLogReader
from smtpscope.reading.mail_servers.further.courier_log import CourierLogReader
from smtpscope.reading.mail_servers.further.dma_log import DmaLogReader
from smtpscope.reading.mail_servers.further.haraka_log import HarakaLogReader
from smtpscope.reading.mail_servers.further.hmailserver_log import HmailserverLogReader
from smtpscope.reading.mail_servers.further.ironport_log import IronportLogReader
from smtpscope.reading.mail_servers.further.mailenable_log import MailenableLogReader
from smtpscope.reading.mail_servers.further.msmtp_log import MsmtpLogReader
from smtpscope.reading.mail_servers.further.nullmailer_log import NullmailerLogReader
from smtpscope.reading.mail_servers.further.opensmtpd_log import OpenSmtpdLogReader
from smtpscope.reading.mail_servers.further.qmail_log import QmailLogReader
from smtpscope.reading.mail_servers.further.ssmtp_log import SsmtpLogReader
from smtpscope.reading.mail_servers.further.stalwart_log import StalwartLogReader
from smtpscope.reading.mail_servers.mail_grammar import LONGEST
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.postfix_log import PostfixLogReader
from smtpscope.reading.mail_servers.sendmail_log import SendmailLogReader
from smtpscope.reading.mail_servers.servers import any_sign

FURTHER_SERVERS: Final[tuple[type[MailLog], ...]] = (
    OpenSmtpdLogReader,
    MsmtpLogReader,
    CourierLogReader,
    DmaLogReader,
    HmailserverLogReader,
    MailenableLogReader,
    HarakaLogReader,
    QmailLogReader,
    SsmtpLogReader,
    StalwartLogReader,
    IronportLogReader,
    NullmailerLogReader,
)

_ALL: Final[tuple[type[MailLog], ...]] = (PostfixLogReader, EximLogReader, SendmailLogReader, *FURTHER_SERVERS)
_BEHIND_SIGN: Final = 400
"""Characters behind a sign that are looked at; what stands before it tells the program."""
_LOOKED_AT: Final = 200
"""Lines of a text with a sign of a refusal that are looked at; in a log of another kind there are few of them."""


def mail_log_in(text: str) -> type[MailLog] | None:
    """The reader of the first server that wrote a refusal into `text`, a part of a log; None where none did."""
    for match in islice(any_sign().finditer(text), _LOOKED_AT):
        start = text.rfind("\n", max(0, match.start() - LONGEST), match.start()) + 1
        line = text[start : match.end() + _BEHIND_SIGN].partition("\n")[0]
        for reader in _ALL:
            if reader.own_signs is None and reader.program_pattern.search(line) is not None:
                return reader
    return None
