"""Compares a reply that no rule matches with labelled replies, by shared words; rare words count more.

The measure is the cosine similarity of the sets of words, each weighted by its inverse document frequency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from heapq import nlargest
from math import log, sqrt

import msgspec
from msgspec import Struct

from smtpscope.knowledge.matching.reply_tokens import SIGNS, ReplyTokens, words_of
from smtpscope.knowledge.matching.rule_result import Finding
from smtpscope.parsing.smtp_exchange import Reply

THRESHOLD = 0.7
"""Cosine from which a neighbour decides.

Each kind of server compared with all others (`evaluation.leave_one_source_out`): from 0.7 on the nearest neighbour is
right in 87 of 100 replies, where the second one agrees in 90. Below, the code and the command are all that is known.
"""

_CLOSE = 0.85
"""Cosine from which the second neighbour need not agree."""

_SHORTEST_TYPO = 6
_TYPO_SIMILARITY = 0.84
_NEIGHBOURS = 5
_FEWEST_WORDS = 2
"""A reply of one word ("failed") shares it with anything."""


class ExampleGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Labelled replies from one kind of mail server. Each line of `replies` has a category, the command (`-` if
    unknown) and the reply, separated by `|`. Alternative categories follow a slash (`blocked/policy`).
    """

    origin: str
    replies: str


class Example(Struct, frozen=True):
    reply: str
    command: str | None
    category: str
    also_right: tuple[str, ...]
    origin: str


def examples_of(group: ExampleGroup) -> list[Example]:
    """The parsed replies. Raises ValueError for a line without three parts."""
    examples = []
    for line in group.replies.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = [part.strip() for part in line.split("|", 2)]
        if len(parts) != 3:
            raise ValueError(f"a line is: category | command | reply, not {line.strip()!r}")
        category, *also_right = parts[0].split("/")
        command = None if parts[1] in ("", "-") else parts[1]
        examples.append(Example(parts[2], command, category, tuple(also_right), group.origin))
    return examples


class _Index:
    """The words of the examples and their weights."""

    def __init__(self, examples: Sequence[Example]) -> None:
        documents = [_content_words(words_of(example.reply)) for example in examples]
        counts = Counter(word for document in documents for word in document)
        total = len(documents) + 1
        self._unseen = log(total)
        self.weight = {word: log(total / count) for word, count in counts.items()}
        self.length_of = [self.length(document) for document in documents]
        self.by_word: dict[str, list[int]] = {}
        for place, document in enumerate(documents):
            for word in document:
                self.by_word.setdefault(word, []).append(place)
        self._vocabulary = [word for word in counts if len(word) >= _SHORTEST_TYPO]

    def length(self, document: Iterable[str]) -> float:
        return sqrt(sum(self.weight.get(word, self._unseen) ** 2 for word in document)) or 1.0

    def known(self, word: str) -> str:
        """`word`, or the word of an example that it is a misspelling of."""
        if word in self.weight or len(word) < _SHORTEST_TYPO:
            return word
        # Needed for few logs, and importing it takes as long as reading a small log.
        from rapidfuzz import process
        from rapidfuzz.distance import DamerauLevenshtein

        near = process.extractOne(
            word, self._vocabulary, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=_TYPO_SIMILARITY
        )
        return near[0] if near is not None else word


class SimilarReplies:
    """Labelled replies, indexed by word at first use."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.examples = tuple(examples)

    @cached_property
    def _index(self) -> _Index:
        return _Index(self.examples)

    def nearest(self, words: ReplyTokens) -> list[tuple[float, Example]]:
        """The neighbours, nearest first, each with its cosine similarity (0 to 1)."""
        index = self._index
        document = {index.known(word) for word in _content_words(words)}
        scores: dict[int, float] = {}
        for word in document:
            weight = index.weight.get(word)
            if weight is None:
                continue
            for place in index.by_word[word]:
                scores[place] = scores.get(place, 0.0) + weight * weight
        length = index.length(document)
        ranked = [(score / (length * index.length_of[place]), -place) for place, score in scores.items()]
        return [(score, self.examples[-place]) for score, place in nlargest(_NEIGHBOURS, ranked)]

    def find(self, reply: Reply, words: ReplyTokens) -> Finding | None:
        """The finding of the nearest neighbour; None if it is not near enough or the reply has too few words."""
        if not reply.text.strip() or len(_content_words(words)) < _FEWEST_WORDS:
            return None
        neighbours = self.nearest(words)
        if not neighbours or neighbours[0][0] < THRESHOLD:
            return None
        example = neighbours[0][1]
        if neighbours[0][0] < _CLOSE and [near.category for _, near in neighbours[:2]] != [example.category] * 2:
            return None
        other = next((near.category for _, near in neighbours if near.category != example.category), None)
        shared = _content_words(words_of(example.reply))
        return Finding(
            example.category,
            example.category,
            "similar reply",
            example.reply,
            "guess",
            _spans_of(words, shared),
            other,
        )


def _spans_of(words: ReplyTokens, shared: frozenset[str]) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    at = 1
    for word in words.line.split():
        if word in shared:
            spans += words.spans(at, at + len(word))
        at += len(word) + 1
    return tuple(dict.fromkeys(spans))


def _content_words(words: ReplyTokens) -> frozenset[str]:
    """The words without signs, and without words that contain digits, which are ids of a single message."""
    return frozenset(word for word in words.distinct if word not in SIGNS and word.isalpha())
