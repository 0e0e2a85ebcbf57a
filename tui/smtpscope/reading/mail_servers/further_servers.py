"""The readers of mail servers that are asked last: their logs are rarer, and importing them takes its time."""

from __future__ import annotations

from typing import Final

from smtpscope.reading.mail_servers.courier_log import CourierLogReader
from smtpscope.reading.mail_servers.dma_log import DmaLogReader
from smtpscope.reading.mail_servers.haraka_log import HarakaLogReader
from smtpscope.reading.mail_servers.hmailserver_log import HmailserverLogReader
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.mailenable_log import MailenableLogReader
from smtpscope.reading.mail_servers.msmtp_log import MsmtpLogReader
from smtpscope.reading.mail_servers.nullmailer_log import NullmailerLogReader
from smtpscope.reading.mail_servers.opensmtpd_log import OpenSmtpdLogReader
from smtpscope.reading.mail_servers.qmail_log import QmailLogReader

FURTHER_SERVERS: Final[tuple[type[MailLog], ...]] = (
    OpenSmtpdLogReader,
    MsmtpLogReader,
    CourierLogReader,
    DmaLogReader,
    HmailserverLogReader,
    MailenableLogReader,
    HarakaLogReader,
    QmailLogReader,
    NullmailerLogReader,
)
