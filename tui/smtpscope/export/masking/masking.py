"""People and hosts under pseudonyms, in all fields of a document, so that it may leave the house.

Mailboxes become `user1@domain1.invalid` (or keep their domain), host names `host1.invalid`, IP addresses
`address1.invalid`; `.invalid` never belongs to anybody (RFC 6761 section 6.4). In doubt too much is masked: a word like
`error.Please` counts as a host name. What stays: codes, times, names of DNS block lists, the sources of the knowledge
base, Windows accounts and SIDs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import PureWindowsPath
from typing import Final

from smtpscope.export.masking.credentials import LEFT_OUT, credentials_in
from smtpscope.export.masking.pseudonyms import Pseudonyms
from smtpscope.export.summaries.summary import IncidentSummary, SummaryDocument
from smtpscope.knowledge.advice import Advice, Match, OtherCause
from smtpscope.parsing.smtp_exchange import Reply, SmtpExchange
from smtpscope.store.grouping.incident import Counted, Incident

_FILTER_VALUE: Final = re.compile(r"(?<![\w.@%-])[\w.@%-]{3,}(?![\w.@%:-])")
_REMEMBERED_LIMIT: Final = 4096
_FILE_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,5}")


class Mask:
    """Pseudonyms in the order of first appearance; one Mask keeps them the same over all that it masks.

    `keep_domains` leaves the domains of mailboxes as they are, so that "which domain refuses" can still be read.
    """

    def __init__(self, *, keep_domains: bool = False) -> None:
        self._pseudonyms = Pseudonyms(keep_domains=keep_domains)
        self._remembered: dict[str, str] = {}
        self._remembered_at = 0

    def text(self, text: str) -> str:
        """Text from a log without its mailboxes, addresses and host names."""
        # In a stream of events the same few texts come again and again; a newly learned word may change them all.
        if self._remembered_at != self._pseudonyms.changes or len(self._remembered) >= _REMEMBERED_LIMIT:
            self._remembered.clear()
            self._remembered_at = self._pseudonyms.changes
        masked = self._remembered.get(text)
        if masked is None:
            masked = self._remembered[text] = self._pseudonyms.replaced(text)
        return masked

    def host(self, name: str) -> str:
        """A remote host or a computer as the log names it."""
        self._pseudonyms.learn_host(name)
        return self.text(name)

    def file(self, path: str) -> str:
        """`file1.evtx` for a path: names of files and folders tell names of people and servers."""
        suffix = PureWindowsPath(path).suffix
        return self._pseudonyms.place("file", path) + (suffix if _FILE_SUFFIX.fullmatch(suffix) else "")

    def filter(self, filter_text: str) -> str:
        """The filter in force; a part of a value (`host:fabri`) is masked too, once the document was learned."""
        # Taken before, as the pseudonyms of the filter's own values must not hide each other.
        originals = tuple(self._pseudonyms.originals())
        pseudonyms = self._pseudonyms

        def masked(match: re.Match[str]) -> str:
            word = match.group()
            whole = pseudonyms.replaced(word, "command")
            if whole != word:
                return whole
            part = word.casefold().strip(".-@%")
            return "masked" if not part.isdigit() and any(part in original for original in originals) else word

        return _FILTER_VALUE.sub(masked, pseudonyms.replaced(filter_text))

    def exchange(self, exchange: SmtpExchange) -> SmtpExchange:
        """One exchange, for streams in which nothing is known beforehand."""
        self._learn(exchange)
        return self._exchange(exchange)

    def document(self, document: SummaryDocument) -> SummaryDocument:
        """A copy of `document` in which no mailbox, address or host name of the log is left."""
        for summary in document.incidents:
            self._learn_incident(summary.incident)
            self._learn(summary.sample)
            for explanation in summary.explanations:
                for computer in explanation.computers:
                    self._pseudonyms.learn_host(computer)
        return replace(
            document,
            incidents=tuple(self._summary(summary) for summary in document.incidents),
            filter_text=self.filter(document.filter_text),
            files=tuple(self.file(path) for path in document.files),
            masked=True,
        )

    def _learn_incident(self, incident: Incident) -> None:
        for host in (incident.host, *incident.spellings, incident.key.host_key):
            self._pseudonyms.learn_host(host)
        for server, _ in incident.servers:
            self._pseudonyms.learn_host(server)
        for mailbox, _ in (*incident.recipients, *incident.senders):
            self._pseudonyms.learn_mailbox(mailbox)

    def _learn(self, exchange: SmtpExchange) -> None:
        values, host = exchange.reply.values, exchange.remote_host
        for name in (host.verbatim, host.key, exchange.computer or "", *values.addresses):
            self._pseudonyms.learn_host(name)
        for mailbox in (exchange.command.mailbox or "", *values.mailboxes):
            self._pseudonyms.learn_mailbox(mailbox)
        for name in values.block_lists:
            self._pseudonyms.keep(name)
        for secret in credentials_in(exchange.command):
            self._pseudonyms.learn_secret(secret, LEFT_OUT)

    def _summary(self, summary: IncidentSummary) -> IncidentSummary:
        # The log's own text first: what it names is then found in ours.
        incident = self._incident(summary.incident)
        sample = self._exchange(summary.sample)
        raw = self.text(summary.sample_raw)
        advice = self._advice(summary.advice, summary.sample.reply.verbatim)
        beside = tuple(replace(each, computers=tuple(map(self.text, each.computers))) for each in summary.explanations)
        return IncidentSummary(incident, advice, sample, raw, beside)

    def _incident(self, incident: Incident) -> Incident:
        return replace(
            incident,
            key=replace(incident.key, host_key=self.text(incident.key.host_key)),
            host=self.text(incident.host),
            spellings=tuple(dict.fromkeys(self.text(name) for name in incident.spellings)),
            recipients=_merged(incident.recipients, self.text),
            senders=_merged(incident.senders, self.text),
            servers=_merged(incident.servers, self.text),
            verbs=_merged(incident.verbs, self.text),
            replies=_merged(incident.replies, self.text),
            files=_merged(incident.files, self.file),
        )

    def _exchange(self, exchange: SmtpExchange) -> SmtpExchange:
        host, command = exchange.remote_host, exchange.command
        return replace(
            exchange,
            file=self.file(exchange.file),
            computer=None if exchange.computer is None else self.text(exchange.computer),
            remote_host=replace(host, verbatim=self.text(host.verbatim), key=self.text(host.key)),
            command=replace(
                command,
                logged_verb=self.text(command.logged_verb),
                full=self.text(command.full),
                verb=self.text(command.verb),
                arguments=self.text(command.arguments),
                mailbox=None if command.mailbox is None else self.text(command.mailbox),
                parameters=tuple(
                    (self.text(keyword), None if value is None else self.text(value))
                    for keyword, value in command.parameters
                ),
            ),
            reply=self._reply(exchange.reply),
            problem=None if exchange.problem is None else self.text(exchange.problem),
            connector=None if exchange.connector is None else self.text(exchange.connector),
        )

    def _reply(self, reply: Reply) -> Reply:
        values = replace(
            reply.values,
            urls=tuple(map(self.text, reply.values.urls)),
            addresses=tuple(map(self.text, reply.values.addresses)),
            block_lists=tuple(map(self.text, reply.values.block_lists)),
            provider_codes=tuple(map(self.text, reply.values.provider_codes)),
            mailboxes=tuple(map(self.text, reply.values.mailboxes)),
        )
        return replace(reply, verbatim=self.text(reply.verbatim), text=self.text(reply.text), values=values)

    def _advice(self, advice: Advice, reply: str) -> Advice:
        return replace(
            advice,
            match=self._match(advice.match, reply),
            title=self._prose(advice.title),
            meaning=self._prose(advice.meaning),
            reading=self._prose(advice.reading),
            duration_note=self._prose(advice.duration_note),
            who_note=self._prose(advice.who_note),
            causes=tuple(map(self._prose, advice.causes)),
            checks=tuple(
                replace(
                    check,
                    what=self._prose(check.what),
                    command=self._pseudonyms.replaced(check.command, "command"),
                )
                for check in advice.checks
            ),
            actions=tuple(map(self._prose, advice.actions)),
            ignore_when=self._prose(advice.ignore_when),
            avoid=tuple(map(self._prose, advice.avoid)),
            over_when=self._prose(advice.over_when),
            other=None if advice.other is None else self._other_cause(advice.other),
            # Written for this house: nobody could say which words in it tell a stranger too much.
            our_note="",
        )

    def _other_cause(self, other: OtherCause) -> OtherCause:
        return replace(other, title=self._prose(other.title), question=self._prose(other.question))

    def _match(self, match: Match, reply: str) -> Match:
        return replace(
            match,
            rule=self._prose(match.rule),
            evidence=self._moved(match.evidence, reply),
            code_alone=None if match.code_alone is None else self._prose(match.code_alone),
            disagreement=None if match.disagreement is None else self._prose(match.disagreement),
        )

    def _moved(self, evidence: tuple[tuple[int, int], ...], reply: str) -> tuple[tuple[int, int], ...]:
        """The same words in the masked reply; one that begins or ends within a pseudonym takes all of it."""
        places = tuple(self._pseudonyms.places(reply))

        def moved(offset: int, *, to_end: bool) -> int:
            shift = 0
            for start, end, pseudonym in places:
                if end <= offset:
                    shift += len(pseudonym) - (end - start)
                elif start < offset:
                    return start + shift + (len(pseudonym) if to_end else 0)
            return offset + shift

        return tuple((moved(start, to_end=False), moved(end, to_end=True)) for start, end in evidence)

    def _prose(self, text: str) -> str:
        return self._pseudonyms.replaced(text, "prose")


def _merged(values: Counted, masked: Callable[[str], str]) -> Counted:
    """Counts under their masked value; spellings of one mailbox become one line. Order as in store/incident.py."""
    counts: Counter[str] = Counter()
    for value, count in values:
        counts[masked(value)] += count
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
