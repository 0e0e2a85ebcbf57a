"""Measures the matcher on labelled replies: coverage, agreement, action, calibration, confusions and time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from time import process_time

from msgspec import Struct
from msgspec.structs import replace

from smtpscope.knowledge.advice import Confidence, Match
from smtpscope.knowledge.authoring.labelled_replies import LabelledReply, of_example, read_labelled_replies
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.entry import WhoActs
from smtpscope.knowledge.files.build import build_matcher
from smtpscope.knowledge.matching.matcher import Matcher
from smtpscope.knowledge.matching.reply_tokens import words_of
from smtpscope.knowledge.matching.similar import Example, SimilarReplies
from smtpscope.knowledge.matching.stage import stage_of
from smtpscope.parsing.command import parse_command
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Direction

MACRO_AT_LEAST = 4
"""Categories with fewer labelled replies say nothing by themselves and stay out of the macro average."""

NEAR_MATCH_THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)

LEVELS: tuple[Confidence, ...] = ("sure", "likely", "guess")


class JudgedReply(Struct, frozen=True):
    """A labelled reply and the matcher's answer. `who_acts` is taken from the matched entry.

    `left_out` is the cause found without product names and without labelled replies of the same family.
    """

    labelled: LabelledReply
    match: Match
    who_acts: WhoActs
    left_out: str

    @property
    def exact(self) -> bool:
        return self.match.category == self.labelled.category

    @property
    def acceptable(self) -> bool:
        return self.match.category in (self.labelled.category, *self.labelled.also_right)

    @property
    def acceptable_left_out(self) -> bool:
        return self.left_out in (self.labelled.category, *self.labelled.also_right)

    @property
    def stage(self) -> str:
        return stage_of((self.labelled.command or "").upper())


class Share(Struct, frozen=True):
    """The count `hits` out of `of`."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The fraction from 0 to 1; 0 if there is nothing to count."""
        return self.hits / self.of if self.of else 0.0

    def __str__(self) -> str:
        return f"{100 * self.value:.1f} % ({self.hits} of {self.of})"


class Tally(Struct, frozen=True):
    """How many replies were answered correctly.

    `exact` counts answers with the labelled cause, `acceptable` also those with an alternative that is right as well.
    `who` counts correct actions, among replies labelled with one. `left_out` is `acceptable` for a family not seen
    before: without product codes and names, and without labelled replies of that family.
    """

    exact: Share
    acceptable: Share
    who: Share
    left_out: Share


class Evaluation(Struct, frozen=True):
    """The results for one set of labelled replies.

    `coverage` is the share answered by more than the last resort. `macro` is the exact agreement averaged over causes
    with at least four replies. `calibration` is by confidence, `unseen` covers replies that were not used to write the
    rules. `confusions` has labelled cause, answered cause and count, most frequent first. `seconds_per_reply` is the
    matching time for a distinct, parsed reply.
    """

    coverage: Share
    total: Tally
    unseen: Tally
    macro: float
    calibration: Mapping[Confidence, Tally]
    by_stage: Mapping[str, Tally]
    by_family: Mapping[str, Tally]
    by_language: Mapping[str, Tally]
    confusions: tuple[tuple[str, str, int], ...]
    wrong: tuple[JudgedReply, ...]
    seconds_per_reply: float


def judge(base: KnowledgeBase, replies: Iterable[LabelledReply], matcher: Matcher | None = None) -> list[JudgedReply]:
    """Matches each reply, once with `matcher` (default: that of `base`) and once as if its family were unknown."""
    matcher = matcher or base.matcher
    general = build_matcher(base.folders[0], base.folders[1:], names=False)
    without: dict[str, Matcher] = {}
    judged = []
    for labelled in replies:
        verb = (labelled.command or "").upper()
        direction = Direction.INBOUND if labelled.inbound else Direction.OUTBOUND
        question = parse_reply(labelled.reply), parse_command(verb, verb), direction
        match = matcher.match(*question)
        if labelled.family not in without:
            without[labelled.family] = _without_family(general, labelled.family)
        left_out = without[labelled.family].match(*question).category
        entry = base.entries[match.entry_id]
        side = entry.inbound if labelled.inbound else entry.outbound
        judged.append(JudgedReply(labelled, match, side.who_acts, left_out))
    return judged


def _without_family(matcher: Matcher, family: str) -> Matcher:
    others = [example for example in matcher.similar.examples if example.origin != family]
    return replace(matcher, similar=SimilarReplies(others))


def evaluate(
    base: KnowledgeBase,
    replies: Sequence[LabelledReply],
    clock: Callable[[], float] = process_time,
    matcher: Matcher | None = None,
) -> Evaluation:
    """The results for `replies`. Replies that the rules were written from make them look better than they are.

    `matcher` replaces the matcher of `base`.
    """
    judged = judge(base, replies, matcher)
    by_cause = _grouped(judged, lambda one: one.labelled.category)
    counted = [tally(some).exact.value for some in by_cause.values() if len(some) >= MACRO_AT_LEAST]
    confusions = Counter((one.labelled.category, one.match.category) for one in judged if not one.acceptable)
    levels = _grouped(judged, lambda one: one.match.confidence)
    return Evaluation(
        coverage=Share(sum(one.match.step not in ("nothing", "code and command") for one in judged), len(judged)),
        total=tally(judged),
        unseen=tally([one for one in judged if not one.labelled.seen]),
        macro=sum(counted) / len(counted) if counted else 0.0,
        calibration={level: tally(levels.get(level, ())) for level in LEVELS},
        by_stage=_tallies(judged, lambda one: one.stage),
        by_family=_tallies(judged, lambda one: one.labelled.family),
        by_language=_tallies(judged, lambda one: one.labelled.language),
        confusions=tuple((*pair, count) for pair, count in confusions.most_common()),
        wrong=tuple(one for one in judged if not one.exact),
        seconds_per_reply=_seconds_per_reply(matcher or base.matcher, replies, clock),
    )


def tally(judged: Sequence[JudgedReply]) -> Tally:
    """Counts the correct answers in `judged`."""
    count = len(judged)
    with_who = [one for one in judged if one.labelled.who_acts]
    return Tally(
        exact=Share(sum(one.exact for one in judged), count),
        acceptable=Share(sum(one.acceptable for one in judged), count),
        who=Share(sum(one.who_acts in one.labelled.who_acts for one in with_who), len(with_who)),
        left_out=Share(sum(one.acceptable_left_out for one in judged), count),
    )


def _grouped(judged: Iterable[JudgedReply], name: Callable[[JudgedReply], str]) -> dict[str, list[JudgedReply]]:
    groups: dict[str, list[JudgedReply]] = {}
    for one in judged:
        groups.setdefault(name(one), []).append(one)
    return groups


def _tallies(judged: Iterable[JudgedReply], name: Callable[[JudgedReply], str]) -> dict[str, Tally]:
    """A tally for each name, the largest group first. Replies without a name are left out."""
    groups = _grouped(judged, name)
    groups.pop("", None)
    return {name: tally(groups[name]) for name in sorted(groups, key=lambda name: (-len(groups[name]), name))}


def _seconds_per_reply(matcher: Matcher, replies: Sequence[LabelledReply], clock: Callable[[], float]) -> float:
    parsed = [
        (parse_reply(labelled.reply), parse_command(labelled.command or "", labelled.command or ""))
        for labelled in replies
    ]
    if not parsed:
        return 0.0
    start = clock()
    for reply, command in parsed:
        matcher.match(reply, command, Direction.OUTBOUND)
    return (clock() - start) / len(parsed)


class NearMatchQuality(Struct, frozen=True):
    """The near match at one threshold: the share of replies that it answers, and how many of these acceptably."""

    threshold: float
    decided: Share
    acceptable: Share


def leave_one_source_out(examples: Sequence[Example], thresholds: Sequence[float]) -> list[NearMatchQuality]:
    """Measures the near match alone: replies of each origin are compared with those of all other origins."""
    scored: list[tuple[float, bool]] = []
    for origin in sorted({example.origin for example in examples}):
        others = SimilarReplies([example for example in examples if example.origin != origin])
        for example in examples:
            if example.origin != origin:
                continue
            neighbours = others.nearest(words_of(example.reply))
            if not neighbours:
                scored.append((0.0, False))
                continue
            score, nearest = neighbours[0]
            scored.append((score, nearest.category in (example.category, *example.also_right)))
    return [_quality(threshold, scored) for threshold in thresholds]


def _quality(threshold: float, scored: Sequence[tuple[float, bool]]) -> NearMatchQuality:
    decided = [right for score, right in scored if score >= threshold]
    return NearMatchQuality(threshold, Share(len(decided), len(scored)), Share(sum(decided), len(decided)))


def without_near_match(base: KnowledgeBase) -> Matcher:
    """The matcher of `base` with rules and codes only, so that labelled replies are not matched against themselves."""
    return replace(base.matcher, similar=SimilarReplies([]))


class Measured(Struct, frozen=True):
    """The results for one set of labelled replies. `own` marks the bundled set, which is measured without near match.

    `near_match` is always measured on the bundled replies.
    """

    own: bool
    replies: int
    families: int
    evaluation: Evaluation
    near_match: tuple[NearMatchQuality, ...]


def evaluate_examples(base: KnowledgeBase, file: Path | None = None) -> Measured:
    """Measures `base` on the labelled replies in `file` (default: the bundled ones). Raises KnowledgeError.

    The bundled replies are measured with rules and codes only: the near match would find each of them as its own
    neighbour.
    """
    examples = base.matcher.similar.examples
    replies = [of_example(example) for example in examples] if file is None else read_labelled_replies(file)
    matcher = without_near_match(base) if file is None else None
    return Measured(
        own=file is None,
        replies=len(replies),
        families=len({labelled.family for labelled in replies}),
        evaluation=evaluate(base, replies, matcher=matcher),
        near_match=tuple(leave_one_source_out(examples, NEAR_MATCH_THRESHOLDS)),
    )
