"""Masks an export: in all fields, everything that isn't known to be public is replaced with a pseudonym.

Mailboxes become `user1@domain1.invalid`, host names `host1.invalid`, IP addresses `address1.invalid`, other words,
identifiers and numbers `name1`, `id1` and `number1`; `.invalid` is never a real domain (RFC 6761 section 6.4). Codes,
times, counts, common words, names of public DNS block lists and the texts of the bundled knowledge base are kept. See
the table in docs/masking.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import PureWindowsPath
from typing import Final

from msgspec.structs import replace

from smtpscope.export.masking.credentials import LEFT_OUT, credentials_in
from smtpscope.export.masking.known_phrases import LEFT_OUT as WORDS_LEFT_OUT
from smtpscope.export.masking.known_phrases import known_phrases
from smtpscope.export.masking.masked_live import masked_live
from smtpscope.export.masking.pseudonyms import Pseudonyms
from smtpscope.export.masking.public_text import bundled_kinds
from smtpscope.export.summaries.summary import IncidentSummary, SummaryDocument
from smtpscope.knowledge.advice import Advice, Match, OtherCause
from smtpscope.knowledge.entry import SourceReference
from smtpscope.parsing.smtp_exchange import Command, Direction, Reply, SmtpExchange
from smtpscope.store.grouping.explanations import Explanation
from smtpscope.store.grouping.incident import Counted, Incident

_REMEMBERED_LIMIT: Final = 4096
_PATHS: Final = {"MAIL": "FROM:", "RCPT": "TO:"}
_FILE_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,5}")


class Mask:
    """Assigns pseudonyms in order of first appearance. One Mask uses the same ones in everything it masks.

    If `strict`, a reply keeps only its codes and the words that identified its cause, and raw records are removed.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict
        self._pseudonyms = Pseudonyms()
        self._remembered: dict[str, str] = {}
        self._remembered_at = 0

    def text(self, text: str) -> str:
        """Masks text from a log, or one of our texts with values from a log in it."""
        # A stream of events repeats a few texts; a newly learned name may change how any of them is masked.
        if self._remembered_at != self._pseudonyms.changes or len(self._remembered) >= _REMEMBERED_LIMIT:
            self._remembered.clear()
            self._remembered_at = self._pseudonyms.changes
        masked = self._remembered.get(text)
        if masked is None:
            masked = self._remembered[text] = self._pseudonyms.replaced(text)
        return masked

    def host(self, name: str) -> str:
        """Masks a remote host or computer, even one whose name is a common word, such as MAIL."""
        if not name.strip():
            return name
        self._pseudonyms.learn_host(name)
        masked = self.text(name)
        return masked if masked != name else f"{self._pseudonyms.place('host', name.strip(' .[]').casefold())}.invalid"

    def connector(self, name: str) -> str:
        """Masks the name of a connector or service: `connector1`."""
        return self._pseudonyms.place("connector", name.strip().casefold()) if name.strip() else name

    def mailbox(self, mailbox: str) -> str:
        """Masks a sender or recipient; "" and `<>` are kept."""
        if not any(map(str.isalnum, mailbox)):
            return mailbox
        self._pseudonyms.learn_mailbox(mailbox)
        masked = self.text(mailbox)
        return masked if masked != mailbox else f"{self._pseudonyms.place('user', mailbox.casefold())}@domain.invalid"

    def file(self, path: str) -> str:
        """Masks a path: `file1.evtx`. Names of files and folders reveal names of people and servers."""
        suffix = PureWindowsPath(path).suffix
        return self._pseudonyms.place("file", path) + (suffix if _FILE_SUFFIX.fullmatch(suffix) else "")

    def filter(self, filter_text: str) -> str:
        """Masks the current filter. Fields and codes are kept, and values with a pseudonym in the export get that one.

        Any other value, such as part of a name (`host:fabri`), becomes "masked".
        """
        parts: list[str] = []
        end = 0
        for start, stop, pseudonym in self._pseudonyms.places(filter_text):
            known = self._pseudonyms.is_named(filter_text[start:stop])
            parts += (filter_text[end:start], pseudonym if known else "masked")
            end = stop
        return "".join(parts) + filter_text[end:]

    def exchange(self, exchange: SmtpExchange) -> SmtpExchange:
        """Masks one exchange of a stream, with nothing learned beforehand."""
        self._learn(exchange)
        return self._exchange(exchange)

    def document(self, document: SummaryDocument) -> SummaryDocument:
        """A masked copy of `document`."""
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
        for secret in credentials_in(exchange.command):
            self._pseudonyms.learn_secret(secret, LEFT_OUT)

    def _summary(self, summary: IncidentSummary) -> IncidentSummary:
        # The log's text first, so that the names in it are recognised in ours.
        incident = self._incident(summary.incident)
        sample = self._exchange(summary.sample)
        beside = tuple(_explanation(each, self) for each in summary.explanations)
        live = tuple(masked_live(each, self, strict=self._strict) for each in summary.live)
        if self._strict:
            advice = self._advice(_without_words(summary.advice, summary.sample), "")
            return IncidentSummary(incident, advice, sample, WORDS_LEFT_OUT, beside, live)
        advice = self._advice(summary.advice, summary.sample.reply.verbatim)
        return IncidentSummary(incident, advice, sample, self.text(summary.sample_raw), beside, live)

    def _incident(self, incident: Incident) -> Incident:
        verb = incident.verbs[0][0] if incident.verbs else ""
        return replace(
            incident,
            key=replace(incident.key, host_key=self.host(incident.key.host_key)),
            host=self.host(incident.host),
            spellings=tuple(dict.fromkeys(self.host(name) for name in incident.spellings)),
            recipients=_merged(incident.recipients, self.mailbox),
            senders=_merged(incident.senders, self.mailbox),
            servers=_merged(incident.servers, self.host),
            verbs=_merged(incident.verbs, self.text),
            replies=_merged(incident.replies, lambda reply: self._words(reply, verb, incident.key.direction)),
            enhanced_codes=_merged(incident.enhanced_codes, self.text),
            event_ids=_merged(incident.event_ids, self.text),
            files=_merged(incident.files, self.file),
        )

    def _exchange(self, exchange: SmtpExchange) -> SmtpExchange:
        host, command = exchange.remote_host, exchange.command
        return replace(
            exchange,
            file=self.file(exchange.file),
            provider=self._maybe(exchange.provider, self.text),
            channel=self._maybe(exchange.channel, self.text),
            computer=self._maybe(exchange.computer, self.host),
            remote_host=replace(host, verbatim=self.host(host.verbatim), key=self.host(host.key)),
            command=self._command(command),
            reply=self._reply(exchange),
            problem=self._maybe(exchange.problem, self.text),
            connector=self._maybe(exchange.connector, self.connector),
            guess=self._maybe(exchange.guess, self.text),
        )

    def _maybe(self, value: str | None, masked: Callable[[str], str]) -> str | None:
        return None if value is None else masked(value)

    def _command(self, command: Command) -> Command:
        mailbox = self._maybe(command.mailbox, self.mailbox)
        if self._strict:
            path = "" if mailbox is None else f"{_PATHS.get(command.verb, '')}<{mailbox.strip('<>')}>"
            full = f"{command.verb} {path}".rstrip()
            return Command(self.text(command.logged_verb), self.text(full), self.text(command.verb), path, mailbox)
        return replace(
            command,
            logged_verb=self.text(command.logged_verb),
            full=self.text(command.full),
            verb=self.text(command.verb),
            arguments=self.text(command.arguments),
            mailbox=mailbox,
            parameters=tuple(
                (self.text(keyword), self._maybe(value, self.text)) for keyword, value in command.parameters
            ),
        )

    def _reply(self, exchange: SmtpExchange) -> Reply:
        reply, verb = exchange.reply, exchange.command.verb
        if self._strict:
            words = self._words(reply.verbatim, verb, exchange.direction)
            return Reply(words, reply.code, reply.enhanced, words)
        values = replace(
            reply.values,
            urls=tuple(map(self.text, reply.values.urls)),
            addresses=tuple(map(self.text, reply.values.addresses)),
            block_lists=tuple(map(self.text, reply.values.block_lists)),
            provider_codes=tuple(map(self.text, reply.values.provider_codes)),
            mailboxes=tuple(map(self.mailbox, reply.values.mailboxes)),
        )
        return replace(
            reply,
            verbatim=self.text(reply.verbatim),
            enhanced=self._maybe(reply.enhanced, self.text),
            text=self.text(reply.text),
            values=values,
        )

    def _words(self, reply: str, verb: str, direction: Direction) -> str:
        return self.text(known_phrases(reply, verb, direction) if self._strict else reply)

    def _advice(self, advice: Advice, reply: str) -> Advice:
        """Bundled texts are public, so only the values in them and the user's own entries are masked."""
        return replace(
            advice,
            match=self._match(advice.match, reply),
            title=self.text(advice.title),
            meaning=self.text(advice.meaning),
            reading=self.text(advice.reading),
            duration_note=self.text(advice.duration_note),
            who_note=self.text(advice.who_note),
            causes=tuple(map(self.text, advice.causes)),
            checks=tuple(
                replace(check, what=self.text(check.what), command=self.text(check.command)) for check in advice.checks
            ),
            actions=tuple(map(self.text, advice.actions)),
            ignore_when=self.text(advice.ignore_when),
            avoid=tuple(map(self.text, advice.avoid)),
            over_when=self.text(advice.over_when),
            sources=tuple(SourceReference(self.text(each.title), self.text(each.url)) for each in advice.sources),
            other=None if advice.other is None else self._other_cause(advice.other),
            # The user wrote it for colleagues: any word of it may be too much for a stranger.
            our_note="",
        )

    def _other_cause(self, other: OtherCause) -> OtherCause:
        return replace(other, title=self.text(other.title), question=self.text(other.question))

    def _match(self, match: Match, reply: str) -> Match:
        return replace(
            match,
            entry_id=self.text(match.entry_id),
            rule=self.text(match.rule),
            evidence=self._moved(match.evidence, reply),
            code_alone=self._maybe(match.code_alone, self.text),
            disagreement=self._maybe(match.disagreement, self.text),
        )

    def _moved(self, evidence: tuple[tuple[int, int], ...], reply: str) -> tuple[tuple[int, int], ...]:
        """The positions of the same words in the masked reply. One that begins or ends within a pseudonym covers all of
        it.
        """
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


def _without_words(advice: Advice, sample: SmtpExchange) -> Advice:
    """`advice` without quotations of the reply and without their positions."""
    quoted = sorted({sample.reply.verbatim.strip(), sample.reply.text.strip()} - {""}, key=len, reverse=True)

    def without_words(text: str) -> str:
        for words in quoted:
            text = text.replace(words, WORDS_LEFT_OUT)
        return text

    return replace(
        advice,
        match=replace(advice.match, evidence=(), rule=without_words(advice.match.rule)),
        meaning=without_words(advice.meaning),
        reading=without_words(advice.reading),
        who_note=without_words(advice.who_note),
        duration_note=without_words(advice.duration_note),
        causes=tuple(map(without_words, advice.causes)),
        actions=tuple(map(without_words, advice.actions)),
        checks=tuple(replace(check, what=without_words(check.what)) for check in advice.checks),
    )


def _explanation(explanation: Explanation, mask: Mask) -> Explanation:
    kind = explanation.kind
    explanation = replace(explanation, computers=tuple(map(mask.host, explanation.computers)))
    if kind in bundled_kinds():
        return explanation
    # The user's own table may name anybody.
    return replace(
        explanation,
        provider=mask.text(explanation.provider),
        kind=replace(
            kind,
            id=mask.text(kind.id),
            name=mask.text(kind.name),
            means=mask.text(kind.means),
            advice=tuple(map(mask.text, kind.advice)),
            source=SourceReference(mask.text(kind.source.title), mask.text(kind.source.url)),
        ),
    )


def _merged(values: Counted, masked: Callable[[str], str]) -> Counted:
    """Counts by masked value; spellings of one mailbox are merged. Ordered as in store/incident.py."""
    counts: Counter[str] = Counter()
    for value, count in values:
        counts[masked(value)] += count
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
