"""The knowledge base: consistent, quick, and its advice speaks to the reader's side."""

from __future__ import annotations

from time import perf_counter

import pytest

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.advice import Advice
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.categories import ALL_CATEGORIES, CATEGORIES
from smtpscope.knowledge.files.knowledge_files import bundled_folder, read_examples
from smtpscope.knowledge.matching.similar import examples_of
from smtpscope.parsing.command import parse_command
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Direction
from support.knowledge_exchanges import exchange

RCPT = "RCPT TO:<berta@fabrikam.example>"


def test_nothing_in_the_bundled_knowledge_contradicts_itself(knowledge: KnowledgeBase) -> None:
    assert [str(problem) for problem in knowledge.problems()] == []


def test_there_are_29_categories_each_with_its_general_entry(knowledge: KnowledgeBase) -> None:
    assert len(CATEGORIES) == 29
    assert list(knowledge.categories) == list(CATEGORIES)
    for category in ALL_CATEGORIES:
        assert knowledge.entry(category).category == category


def test_titles_of_causes_fit_their_column_of_24_cells_uncut() -> None:
    assert {title: len(title) for title in ALL_CATEGORIES.values() if len(title) > 24} == {}


def test_an_entry_that_is_not_there_is_an_error_with_a_remedy(knowledge: KnowledgeBase) -> None:
    with pytest.raises(KnowledgeError, match="no such entry"):
        knowledge.entry("nowhere")


def test_advice_holds_the_events_own_values(knowledge: KnowledgeBase) -> None:
    advice = knowledge.advice(exchange("554 5.7.1 Client host [192.0.2.7] blocked using zen.spamhaus.org", RCPT))
    commands = " ".join(check.command for check in advice.checks)
    assert "7.2.0.192.zen.spamhaus.org" in commands
    assert "{" not in commands
    assert advice.temporary is False


@pytest.mark.parametrize(("reply", "temporary"), [("451 no", True), ("550 no", False), ("250 ok", None), ("no", None)])
def test_temporary_follows_the_first_digit_of_the_code(
    knowledge: KnowledgeBase, reply: str, temporary: bool | None
) -> None:
    assert knowledge.advice(exchange(reply, RCPT)).temporary is temporary


def test_the_two_sides_of_a_refusal_differ(knowledge: KnowledgeBase) -> None:
    got = knowledge.advice(exchange("452 4.3.1 Insufficient system resources", "MAIL FROM:<a@contoso.example>"))
    gave = knowledge.advice(
        exchange("452 4.3.1 Insufficient system resources", "MAIL FROM:<a@contoso.example>", inbound=True)
    )
    assert (got.who_acts, gave.who_acts) == ("them", "us")
    assert got.reading != gave.reading
    assert got.actions != gave.actions


def test_checks_for_the_other_direction_are_left_out(knowledge: KnowledgeBase) -> None:
    reply = "550 5.7.1 Unable to relay for berta@fabrikam.example"
    entry = knowledge.entry("relay-denied")
    expected = [check.what for check in entry.checks if check.applies_to != "inbound" and check.fits("exchange-2003")]
    assert [check.what for check in knowledge.advice(exchange(reply, RCPT)).checks] == expected
    blocked = knowledge.entry("blocked")
    assert {check.applies_to for check in (*entry.checks, *blocked.checks)} != {"both"}


def test_a_code_without_a_word_is_never_told_as_a_certainty(knowledge: KnowledgeBase) -> None:
    bare = knowledge.advice(exchange("550", "RCPT TO:<a@example.com>", inbound=True))
    spoken = knowledge.advice(exchange("550 5.1.1 User unknown", "RCPT TO:<a@example.com>", inbound=True))
    assert bare.title == f"Perhaps: {knowledge.entry('recipient-unknown').title}"
    assert not spoken.title.startswith("Perhaps")
    assert "the code only, without any text (550: " in bare.meaning
    assert "code alone" not in spoken.meaning


def test_an_event_that_was_not_understood_gets_advice_too(knowledge: KnowledgeBase) -> None:
    advice = knowledge.advice(exchange("", problem="four strings instead of six"))
    assert advice.match.entry_id == "unparsed"
    assert advice.temporary is None
    assert advice.actions


def test_every_entry_can_be_filled_for_both_sides(knowledge: KnowledgeBase) -> None:
    for inbound in (False, True):
        advice = knowledge.advice(exchange("599", "JUNK", inbound=inbound, host=""))
        assert "{" not in " ".join((advice.meaning, advice.reading, *advice.actions))


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("greylisted", "greylisted"),
        ("greylist", "greylisted"),
        ("mailbox full", "mailbox-full"),
        ("xexch50 refused", "xexch50-refused"),
        ("spamhous", "spamhaus-listed"),
    ],
)
def test_a_search_finds_the_entry_that_was_meant(knowledge: KnowledgeBase, words: str, first: str) -> None:
    assert knowledge.search(words)[0].id == first


def test_a_search_for_nothing_lists_all_and_for_nonsense_none(knowledge: KnowledgeBase) -> None:
    assert len(knowledge.search("  ")) == len(knowledge.entries)
    assert knowledge.search("qqqqqqzzzzzz") == []


def test_the_same_question_is_worked_out_once(knowledge: KnowledgeBase) -> None:
    reply, command = parse_reply("550 5.1.1 User unknown, once"), parse_command("rcpt", RCPT)
    first = knowledge.match_parts(reply, command, Direction.OUTBOUND)
    assert knowledge.match_parts(reply, command, Direction.OUTBOUND) is first


def test_the_null_sender_is_another_question(knowledge: KnowledgeBase) -> None:
    reply = "451 4.1.8 Domain of sender address does not resolve"
    assert knowledge.match(exchange(reply, "MAIL FROM:<a@contoso.example>")).entry_id == "sender-domain"
    assert knowledge.match(exchange(reply, "MAIL FROM:<>")).entry_id == "ndr-refused"


def test_loading_is_quick() -> None:
    KnowledgeBase.load()
    start = perf_counter()
    KnowledgeBase.load()
    # 50 ms on the machine it was written on; the bound leaves room for slow and busy ones.
    assert perf_counter() - start < 1.0


def test_many_distinct_replies_are_matched_quickly(knowledge: KnowledgeBase) -> None:
    command = parse_command("rcpt", RCPT)
    replies = [parse_reply(f"550 5.1.1 <user{n}@fabrikam.example>: Recipient address rejected") for n in range(1_000)]
    start = perf_counter()
    for reply in replies:
        knowledge.match_parts(reply, command, Direction.OUTBOUND)
    # 0.1 ms each on the machine it was written on.
    assert perf_counter() - start < 2.0


def test_a_cause_that_came_close_is_named_with_the_question_that_tells_the_two_apart(knowledge: KnowledgeBase) -> None:
    advice = knowledge.advice(exchange("451 4.3.2 Temporary server error. Please try again later", RCPT))
    assert (advice.match.category, advice.other and advice.other.category) == ("unavailable", "server-error")
    assert advice.other is not None
    assert advice.other.question.startswith("Does the same reply still come after an hour")
    assert advice.other.question.endswith("If so: Server error. If not: Server busy/unreachable.")


def test_who_acts_is_not_firm_where_the_two_causes_disagree_on_it(knowledge: KnowledgeBase) -> None:
    advice = knowledge.advice(
        exchange("554 5.7.1 Spam. If this was wrong, see https://blocked.fabrikam.example/x", RCPT)
    )
    assert advice.other is not None
    assert advice.who_is_sure is (advice.who_acts == advice.other.who_acts)
    doubted = [one for one in _answers(knowledge) if not one.who_is_sure]
    assert doubted
    assert all(one.other is not None and one.other.who_acts != one.who_acts for one in doubted)


def test_a_sure_answer_names_no_other_cause(knowledge: KnowledgeBase) -> None:
    sure = [one for one in _answers(knowledge) if one.match.confidence == "sure"]
    assert len(sure) >= 100
    assert [one.match for one in sure if one.other is not None] == []


def _answers(knowledge: KnowledgeBase) -> list[Advice]:
    """To every bundled example."""
    return [
        knowledge.advice(exchange(example.reply, f"{example.command or 'RCPT'} TO:<berta@fabrikam.example>"))
        for _, group in read_examples(bundled_folder())
        for example in examples_of(group)
    ]
