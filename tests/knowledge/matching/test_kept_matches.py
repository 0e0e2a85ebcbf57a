"""Answers that replies of one outline share: they are those that each would get by itself."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.matching.kept_matches import KeptMatches
from smtpscope.knowledge.matching.reply_outline import ReplyOutlines, places_of, spans_at
from smtpscope.parsing.command import parse_command
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Direction

OTHERS = (
    "anna@contoso.example", "<berta.b@mail.fabrikam.example>:", "<TSS04@contoso.example>", "(x@192.0.2.7)",
    "[192.0.2.7]", "10.1.2.3", "2001:db8::1", "mx7.contoso.example", "zen.spamhaus.org", "https://contoso.example/a?ip=1",
    "id=4Fx99Zab", "4711", "S3150", "id=9KX4BEHVS7", "cant=A1", "7UNKNOWN", "12UNKNOWN4", "TSS04", "TS0QX7",
    "A1UERK7U7A", "[period50.hello.org]", "<mx.ofr506.example>", "unknown.contoso.example:", "a@contoso.example:::",
    "[192.0.2.7]::", "550", "x=4711",
    "can't", "cannot", "can-not", "black", "list", "e", "mail", "gr\u00fcmpf", "Zorblatt",
    "RecipientQuux", "5.7.1", "550-5.7.26", "unknown", "[TSS04]", "(#5.1.1)", "'x'", "", "quux:", "OFR_506",
)  # fmt: skip


def test_replies_that_share_an_answer_would_get_it_by_themselves(knowledge: KnowledgeBase) -> None:
    chance = random.Random(5)
    kept = KeptMatches(knowledge.matcher)
    replies = []
    for example in knowledge.matcher.similar.examples:
        for _ in range(4):
            words = example.reply.split(" ")
            for _ in range(chance.randint(0, 3)):
                words[chance.randrange(len(words)) : 0] = [chance.choice(OTHERS)]
            replies.append((" ".join(words), example.command or ""))
    for text, verb in replies + replies[::2]:
        question = parse_reply(text), parse_command(verb, verb), Direction.OUTBOUND
        assert kept.match(*question, ()) == knowledge.matcher.match(*question), text


@settings(max_examples=300)
@given(st.lists(st.sampled_from(OTHERS), min_size=1, max_size=6), st.data())
def test_a_span_is_found_again_in_a_text_of_the_same_outline(words: list[str], data: st.DataObject) -> None:
    outlines = ReplyOutlines(frozenset({"unknown", "can", "not"}), lambda text: text in ("[TSS04]", "S3150"))
    text = " ".join(words)
    outline = outlines.of(text)
    other = " ".join(data.draw(st.sampled_from(OTHERS)) for _ in words)
    if outline is None or outlines.of(other) != outline:
        return
    start = data.draw(st.integers(0, len(text)))
    places = places_of([(start, data.draw(st.integers(start, len(text))))], text, outline)
    if places is not None:
        ((first, last),) = spans_at(places, other)
        assert 0 <= first <= last <= len(other)


class _WithoutShortcuts(ReplyOutlines):
    def _plain(self, text: str) -> str | None:
        return None


_LETTERS = st.text("aB9.-@=:[]<>()_,#uz\u00e9", max_size=12)


@settings(max_examples=500)
@given(st.lists(st.one_of(st.sampled_from(OTHERS), _LETTERS), min_size=1, max_size=6))
def test_the_shortcuts_of_outlines_give_what_the_long_way_gives(knowledge: KnowledgeBase, words: list[str]) -> None:
    known = frozenset({"unknown", "can", "not", "id", "~hello", "~contoso", "b9"})
    text = " ".join(words)
    holds = knowledge.matcher.provider_codes.holds
    assert ReplyOutlines(known, holds).of(text) == _WithoutShortcuts(known, holds).of(text)
