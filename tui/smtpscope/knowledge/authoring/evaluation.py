"""How good the matcher is: coverage, agreement, calibration, confusions, time, on labelled replies."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.advice import Confidence, Match
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.matching.matcher import Matcher
from smtpscope.knowledge.matching.reply_tokens import words_of
from smtpscope.knowledge.matching.similar import Example, SimilarReplies
from smtpscope.parsing.command import parse_command
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Direction

MACRO_AT_LEAST = 4
"""Categories with fewer labelled replies say nothing by themselves and stay out of the macro average."""

EXCHANGE_ORIGINS = ("exchange", "iis")

NEAR_MATCH_THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled reply with what the matcher said of it."""

    example: Example
    match: Match

    @property
    def exact(self) -> bool:
        return self.match.category == self.example.category

    @property
    def acceptable(self) -> bool:
        return self.exact or self.match.category in self.example.also_right


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """0 to 1; 0 where there is nothing to count."""
        return self.hits / self.of if self.of else 0.0

    def __str__(self) -> str:
        return f"{100 * self.value:.1f} % ({self.hits} of {self.of})"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`coverage`: answered by more than the last resort. `exact`: the label itself; `acceptable`: the label or one of
    the others that are right. `macro` averages `exact` over the categories with at least four replies. `calibration`
    tells how often each confidence was acceptable, `confusions` what was taken for what, most frequent first.
    `seconds_per_reply` is the time for one distinct reply, parsed already.
    """

    coverage: Share
    exact: Share
    acceptable: Share
    macro: float
    exchange: Share
    calibration: dict[Confidence, Share]
    by_category: dict[str, Share]
    confusions: tuple[tuple[str, str, int], ...]
    wrong: tuple[Judged, ...]
    seconds_per_reply: float


def read_examples_file(path: Path) -> list[Example]:
    """JSON lines with `reply`, `command`, `category`, `also_ok`, `origin`. Raises KnowledgeError naming the line."""
    examples = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(where=str(path), what=f"can't be read: {error}", remedy="Name another file") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            example = Example(
                reply=str(data["reply"]),
                command=data.get("command"),
                category=str(data["category"]),
                also_right=tuple(data.get("also_ok") or ()),
                origin=str(data.get("origin") or ""),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise KnowledgeError(
                where=f"{path}, line {number}",
                what=f"no labelled reply: {error!r}",
                remedy="A line is an object with reply, command, category, also_ok and origin",
            ) from error
        examples.append(example)
    return examples


def judge(matcher: Matcher, examples: Iterable[Example]) -> list[Judged]:
    """What `matcher` says of each example, taken as a reply that we got."""
    judged = []
    for example in examples:
        verb = (example.command or "").upper()
        match = matcher.match(parse_reply(example.reply), parse_command(verb, verb), Direction.OUTBOUND)
        judged.append(Judged(example, match))
    return judged


def evaluate(base: KnowledgeBase, examples: Sequence[Example], clock: Callable[[], float] = perf_counter) -> Evaluation:
    """The figures for `examples`. Replies that are examples of the knowledge base itself flatter it."""
    judged = judge(base.matcher, examples)
    by_category = {
        category: _share(judged, lambda one: one.exact, category) for category in sorted({e.category for e in examples})
    }
    counted = [share.value for share in by_category.values() if share.of >= MACRO_AT_LEAST]
    confusions = Counter((one.example.category, one.match.category) for one in judged if not one.acceptable)
    exchange = [one for one in judged if one.example.origin.casefold() in EXCHANGE_ORIGINS]
    levels: tuple[Confidence, ...] = ("sure", "likely", "guess")
    return Evaluation(
        coverage=Share(sum(one.match.step not in ("nothing", "code and command") for one in judged), len(judged)),
        exact=_share(judged, lambda one: one.exact),
        acceptable=_share(judged, lambda one: one.acceptable),
        macro=sum(counted) / len(counted) if counted else 0.0,
        exchange=_share(exchange, lambda one: one.exact),
        calibration={
            level: _share([one for one in judged if one.match.confidence == level], lambda one: one.acceptable)
            for level in levels
        },
        by_category=by_category,
        confusions=tuple((*pair, count) for pair, count in confusions.most_common()),
        wrong=tuple(one for one in judged if not one.exact),
        seconds_per_reply=_seconds_per_reply(base.matcher, examples, clock),
    )


def _share(judged: Sequence[Judged], right: Callable[[Judged], bool], category: str | None = None) -> Share:
    chosen = [one for one in judged if category is None or one.example.category == category]
    return Share(sum(right(one) for one in chosen), len(chosen))


def _seconds_per_reply(matcher: Matcher, examples: Sequence[Example], clock: Callable[[], float]) -> float:
    parsed = [
        (parse_reply(example.reply), parse_command(example.command or "", example.command or ""))
        for example in examples
    ]
    if not parsed:
        return 0.0
    start = clock()
    for reply, command in parsed:
        matcher.match(reply, command, Direction.OUTBOUND)
    return (clock() - start) / len(parsed)


@dataclass(frozen=True, slots=True)
class NearMatchQuality:
    """The near match at one threshold: how many replies it decides, and how many of these it decides acceptably."""

    threshold: float
    decided: Share
    acceptable: Share


def leave_one_source_out(examples: Sequence[Example], thresholds: Sequence[float]) -> list[NearMatchQuality]:
    """The near match alone: each origin's replies are compared with those of all other origins."""
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
    """The matcher of `base` with its rules and codes alone: how own examples are judged without knowing them."""
    return replace(base.matcher, similar=SimilarReplies([]))


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one set of labelled replies; `own` tells that it is the bundled one, judged without near match."""

    own: bool
    replies: int
    origins: int
    evaluation: Evaluation
    near_match: tuple[NearMatchQuality, ...]


def evaluate_examples(base: KnowledgeBase, replies: Path | None = None) -> Measured:
    """Measures `base` on the labelled replies of a file, or on its own examples. Raises KnowledgeError.

    Its own examples are judged by rules and codes alone, since as neighbours they would recognise themselves.
    """
    examples = list(base.matcher.similar.examples) if replies is None else read_examples_file(replies)
    judged_by = KnowledgeBase(base.folders, without_near_match(base)) if replies is None else base
    return Measured(
        own=replies is None,
        replies=len(examples),
        origins=len({example.origin for example in examples}),
        evaluation=evaluate(judged_by, examples),
        near_match=tuple(leave_one_source_out(examples, NEAR_MATCH_THRESHOLDS)),
    )
