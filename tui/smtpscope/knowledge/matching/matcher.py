"""The chain of steps: command, provider code, phrases, precise code, similar reply, code and command. The first hit
wins.
"""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.structs import replace

from smtpscope.knowledge.advice import Match, Step
from smtpscope.knowledge.categories import ALL_CATEGORIES, NOT_A_REFUSAL, UNPARSED
from smtpscope.knowledge.matching import fallbacks, weighing
from smtpscope.knowledge.matching.codes import VAGUE, CodeMeaning, CodeTable
from smtpscope.knowledge.matching.enhanced_codes import code_spans, from_detailed_code, from_enhanced_code
from smtpscope.knowledge.matching.fallbacks import from_code_and_command, from_command, policy_text, quoted_reply
from smtpscope.knowledge.matching.host_patterns import HostPatterns
from smtpscope.knowledge.matching.provider_codes import ProviderCodes
from smtpscope.knowledge.matching.reply_outline import ReplyOutlines
from smtpscope.knowledge.matching.reply_tokens import ReplyTokens, words_of
from smtpscope.knowledge.matching.rule_result import Finding
from smtpscope.knowledge.matching.rules import MatchContext, RuleBook, RuleHit
from smtpscope.knowledge.matching.similar import SimilarReplies
from smtpscope.knowledge.matching.stage import stage_of
from smtpscope.knowledge.matching.weighing import at_stage, stated_first, subject_first
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Command, Direction, Reply

_KINDS = {"2": "success", "4": "temporary", "5": "permanent"}
_MAY_REMAIN_UNREAD = 2
"""Words of a reply beside those that made a rule hold.

On 254 replies that the rules had not seen, sure answers with three to six more were right in 93 %, others in 98 %.
"""

_BEFORE_RECIPIENTS = frozenset({"greeting", "hello", "mail", "starttls", "auth"})
_ABOUT_RECIPIENTS = frozenset({"recipient-unknown", "recipient-disabled", "recipient-domain", "mailbox-full"})
_BEFORE_ANY_ADDRESS = frozenset({"greeting", "hello"})
_ABOUT_A_MAILBOX = frozenset({"recipient-unknown", "recipient-disabled", "recipient-restricted", "mailbox-full"})
"""What no greeting and no answer to EHLO can mean: "not accepting messages" is about the client there."""

UNPARSED_MATCH = Match(UNPARSED, UNPARSED, "nothing", "", "sure")


class Matcher(Struct, frozen=True):
    """The steps and their data. `own` are the rules in the user's own folders, which come first."""

    own: RuleBook
    provider_codes: ProviderCodes
    phrases: RuleBook
    fallback_phrases: RuleBook
    codes: CodeTable
    similar: SimilarReplies
    code_hosts: HostPatterns = field(default_factory=lambda: HostPatterns(()))

    @property
    def names_hosts(self) -> bool:
        """Whether any rule or code depends on the remote host."""
        return any((*(book.host_patterns for book in self._books), self.code_hosts))

    def host_patterns(self, host_key: str) -> tuple[str, ...]:
        """All patterns that match the remote host with this key. Hosts with equal patterns get equal answers."""
        asked = (*(book.host_patterns for book in self._books), self.code_hosts)
        return tuple(dict.fromkeys(name for patterns in asked for name in patterns.fitting(host_key)))

    def outlines(self) -> ReplyOutlines:
        """The outlines by which replies have one answer."""
        known = frozenset[str]().union(*(book.words() for book in self._books))
        every = known | self.codes.signs | weighing.WORDS | fallbacks.WORDS
        return ReplyOutlines(every, self.provider_codes.holds)

    @property
    def _books(self) -> tuple[RuleBook, ...]:
        return self.own, self.phrases, self.fallback_phrases

    def match(self, reply: Reply, command: Command, direction: Direction, hosts: tuple[str, ...] = ()) -> Match:
        """The entry that explains `reply`, given the patterns of the remote host. Has no side effects, and answers any
        text.
        """
        if direction is Direction.UNKNOWN and not reply.verbatim and not command.full:
            return UNPARSED_MATCH
        finding, remark = self._of_quoted(reply, command, direction, hosts) or (None, None)
        if finding is None:
            finding = self._first(reply, command, direction, hosts)
            remark = self._disagreement(finding, reply, hosts)
        return Match(
            entry_id=finding.entry_id,
            category=finding.category,
            step=finding.step,
            rule=finding.rule,
            confidence=finding.confidence,
            evidence=finding.evidence,
            runner_up=finding.runner_up,
            code_alone=self.codes.in_words(reply.code, reply.enhanced),
            disagreement=remark,
        )

    def _of_quoted(
        self, reply: Reply, command: Command, direction: Direction, hosts: tuple[str, ...]
    ) -> tuple[Finding, str] | None:
        """The finding for the refusal quoted in `reply`, and a remark on both; None if no refusal is quoted.

        The user's own rules are tried on the whole reply first.
        """
        place = quoted_reply(reply.verbatim)
        if place is None:
            return None
        start, end = place
        inner = parse_reply(reply.verbatim[start:end])
        if inner.code is None or inner.code < 400:
            return None
        given = MatchContext(reply, stage_of(command.verb), direction, command.sender == "", hosts)
        own = _from_rules(self.own, words_of(reply.verbatim), given, "own note")
        finding = own or self._first(inner, command, direction, hosts)
        if own is None:
            finding = replace(finding, evidence=tuple((start + a, start + b) for a, b in finding.evidence))
        return finding, _on_quoted(reply, inner)

    def _first(self, reply: Reply, command: Command, direction: Direction, hosts: tuple[str, ...]) -> Finding:
        stage = stage_of(command.verb)
        given = MatchContext(reply, stage, direction, command.sender == "", hosts)
        words = words_of(reply.verbatim)
        own = _from_rules(self.own, words, given, "own note")
        if own is not None:
            return own
        if reply.code is not None and reply.code < 400:
            code = str(reply.code)
            return Finding(NOT_A_REFUSAL, NOT_A_REFUSAL, "code and command", code, "sure", code_spans(reply, code))
        return (
            from_command(command.verb, reply, words)
            or self._from_provider_code(reply, words, given)
            or from_detailed_code(reply, self.codes)
            or at_stage(self._from_all_words(reply, words, given), stage, words)
        )

    def _from_all_words(self, reply: Reply, words: ReplyTokens, given: MatchContext) -> Finding:
        found = self._from_words(reply, words, given)
        behind = self._behind_postfix(reply, given)
        return found if behind is None or behind.category == found.category else behind

    def _behind_postfix(self, reply: Reply, given: MatchContext) -> Finding | None:
        """The finding for the words of a policy service or an access map, which Postfix puts behind its own.

        What Postfix says in front names the check that it was configured in, not what it is about.
        """
        start = policy_text(reply)
        if start is None:
            return None
        text = reply.verbatim[start:]
        words = words_of(text)
        hit, runner_up = _first_hit(self.phrases, words, replace(given, reply=replace(reply, verbatim=text)))
        if hit is None or hit.rule.category == "policy" or hit.rule.confidence == "guess":
            return None
        found = _finding(hit, runner_up, given, "phrase")
        evidence = tuple((start + first, start + last) for first, last in found.evidence)
        doubtful = found.confidence == "sure" and not hit.rule.distinctive
        return replace(found, evidence=evidence, confidence="likely" if doubtful else found.confidence)

    def _from_words(self, reply: Reply, words: ReplyTokens, given: MatchContext) -> Finding:
        code = self.codes.meant(reply.enhanced, words.distinct, given.hosts)
        found = (
            self._from_phrases(words, given, code)
            or from_enhanced_code(reply, given.stage, code)
            or _from_rules(self.fallback_phrases, words, given, "phrase")
            or self.similar.find(reply, words)
            or from_code_and_command(reply, given.stage, self.codes)
        )
        return subject_first(found, code, given.stage)

    def _from_provider_code(self, reply: Reply, words: ReplyTokens, given: MatchContext) -> Finding | None:
        """The finding for a provider's code. If that code has several uses, a clear sentence that says something else
        wins.
        """
        found = self.provider_codes.find(reply)
        if found is None or found.confidence == "sure":
            return found
        hit, _ = _first_hit(self.phrases, words, given)
        if hit is None or hit.rule.confidence != "sure" or hit.rule.category in (found.category, "policy"):
            return found
        return replace(_finding(hit, found.category, given, "phrase"), confidence="likely")

    def _from_phrases(self, words: ReplyTokens, given: MatchContext, code: CodeMeaning | None) -> Finding | None:
        """The finding of the phrase rules, with less confidence if something contradicts it and the precise code
        doesn't confirm it.

        "Sure" becomes "likely" if other words lead to another cause, if the precise code means something else, if the
        refusal is about a recipient before any was named, or if much of the text is unread and could change its
        meaning. A name such as Spamhaus is not affected by other words or a long text. Where the precise code
        contradicts anything less than a name, the answer is a guess, with the code's meaning as runner-up. A "likely"
        rule becomes a guess if other words contest it or if it matched a single word.
        """
        impossible = _ABOUT_A_MAILBOX if given.stage in _BEFORE_ANY_ADDRESS else frozenset[str]()
        hit, runner_up = _first_hit(self.phrases, words, given, without=impossible)
        if hit is None:
            return None
        found = _finding(hit, runner_up, given, "phrase")
        named = code if code is not None and code.code not in VAGUE else None
        if named is not None and found.category in named.categories:
            return found
        against = named is not None and found.category not in named.also
        if named is not None and against and not hit.rule.distinctive:
            return replace(found, confidence="guess", runner_up=runner_up or named.category)
        contested = runner_up is not None and not hit.rule.distinctive
        if found.confidence != "sure":
            one_word = words.outside(()) - words.outside(found.evidence) <= 1
            doubtful = found.confidence == "likely" and (contested or one_word)
            return replace(found, confidence="guess") if doubtful else found
        unread = words.outside(found.evidence) > _MAY_REMAIN_UNREAD and not hit.rule.distinctive
        too_early = given.stage in _BEFORE_RECIPIENTS and found.category in _ABOUT_RECIPIENTS
        doubtful = contested or against or unread or too_early
        return replace(found, confidence="likely") if doubtful else found

    def _disagreement(self, finding: Finding, reply: Reply, hosts: tuple[str, ...]) -> str | None:
        """A sentence for a text and a code, or two codes, that say different things: it names the one we follow."""
        enhanced = reply.enhanced
        if enhanced is None or reply.code is None or finding.category == NOT_A_REFUSAL:
            return None
        if enhanced[0] != str(reply.code)[0]:
            basic, detailed = _KINDS.get(str(reply.code)[0], "nothing"), _KINDS.get(enhanced[0], "nothing")
            return (
                f"The reply code {reply.code} says {basic}, the enhanced code {enhanced} says {detailed}. "
                "The reply code decides, since mail servers act on it."
            )
        code = self.codes.meant(enhanced, words_of(reply.verbatim).distinct, hosts)
        if code is not None and code.vendors and finding.step == "enhanced code":
            return _two_meanings(enhanced, code)
        if code is None or f"x{enhanced[1:]}" in VAGUE or finding.category in code.categories:
            return None
        if finding.step not in ("phrase", "provider code", "command", "own note"):
            return None
        trusted = "command" if finding.step == "command" else "text"
        return (
            f"The code {enhanced} alone would mean: {code.words} ({_title(code.category)}). The {trusted} says: "
            f"{_title(finding.category)}. The {trusted} decides, as servers choose codes less carefully than words."
        )


def _on_quoted(reply: Reply, inner: Reply) -> str:
    codes = " ".join(filter(None, (str(inner.code), inner.enhanced)))
    around = " ".join(str(code) for code in (reply.code, reply.enhanced) if code is not None)
    front = f"The code in front ({around})" if around else "What is in front"
    return (
        f"{front} is that of the server that reports. The cause is the reply {codes} inside, so that one is explained."
    )


def _two_meanings(enhanced: str, code: CodeMeaning) -> str:
    vendors = ", ".join(f"with {vendor.vendor} it means: {vendor.words}" for vendor in code.vendors)
    return (
        f"The code {enhanced} has two meanings. By the registry: {code.words}; {vendors}. "
        "Nothing here tells whose server it was: look at the remote host."
    )


def _title(category: str) -> str:
    title = ALL_CATEGORIES.get(category, category)
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def _first_hit(
    book: RuleBook, words: ReplyTokens, given: MatchContext, without: frozenset[str] = frozenset()
) -> tuple[RuleHit | None, str | None]:
    """The first rule that holds, and as runner-up the category of the first one in another category."""
    hits = stated_first([hit for hit in book.hits(words, given) if hit.rule.category not in without], words)
    return (hits[0] if hits else None), (hits[1].rule.category if len(hits) > 1 else None)


def _finding(hit: RuleHit, runner_up: str | None, given: MatchContext, step: Step) -> Finding:
    rule = hit.rule
    return Finding(rule.leads_to(given.direction), rule.category, step, rule.id, rule.confidence, hit.spans, runner_up)


def _from_rules(book: RuleBook, words: ReplyTokens, given: MatchContext, step: Step) -> Finding | None:
    hit, runner_up = _first_hit(book, words, given)
    return None if hit is None else _finding(hit, runner_up, given, step)
