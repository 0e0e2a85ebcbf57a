"""Advice as sections of a summary."""

from __future__ import annotations

from export.documents import REPLY, advice
from smtpscope.export.summaries.content import Bullets, Section, SummaryFacts
from smtpscope.export.summaries.guidance import evidence_words, guidance_sections, meaning_section
from smtpscope.export.summaries.summary_outline import line_text
from smtpscope.knowledge.advice import FilledCheck
from smtpscope.parsing.smtp_exchange import Direction
from support.changed import replace


def facts(section: Section) -> dict[str, str]:
    return {
        label: line_text(line)
        for block in section.blocks
        if isinstance(block, SummaryFacts)
        for label, line in block.items
    }


def test_who_acts_stands_with_its_reason() -> None:
    told = facts(meaning_section(advice(), Direction.OUTBOUND))
    assert told["Action"] == "the sender: The sender has to correct the address."


def test_temporary_follows_the_code_and_may_be_unknown() -> None:
    told = {
        temporary: facts(meaning_section(advice(temporary=temporary), Direction.OUTBOUND)) for temporary in (True, None)
    }
    assert told[True]["By code"].startswith("temporary")
    assert told[None]["By code"].startswith("unknown")


def test_a_check_of_several_commands_gives_each_one_apart() -> None:
    checks = (FilledCheck("Ask both", "dns", "nslookup a.example\n\nnslookup b.example\n"),)
    first, *_ = guidance_sections(advice(checks=checks), REPLY)
    (bullets,) = first.blocks
    assert isinstance(bullets, Bullets)
    assert [piece.text for piece in bullets.items[0] if piece.kind == "verbatim"] == [
        "nslookup a.example",
        "nslookup b.example",
    ]
    assert line_text(bullets.items[0]) == "Ask both (DNS): nslookup a.example, then nslookup b.example"


def test_a_check_without_a_command_still_names_its_tool() -> None:
    first, *_ = guidance_sections(advice(checks=(FilledCheck("Look there", "exchange 2003", ""),)), REPLY)
    (bullets,) = first.blocks
    assert isinstance(bullets, Bullets)
    assert line_text(bullets.items[0]) == "Look there (Exchange 2003)"


def test_reasons_name_the_step_and_the_rule_and_a_guess_is_called_one() -> None:
    match = replace(advice().match, confidence="guess", runner_up=None, code_alone=None, disagreement=None)
    (reasons,) = (section for section in guidance_sections(advice(match=match), REPLY) if "Why" in section.title)
    told = facts(reasons)
    assert told["Matched by"] == "phrase: user unknown"
    assert told["Confidence"].startswith("a guess")
    assert not {"Came close", "The code alone says", "They disagree"} & set(told)


def test_evidence_outside_of_the_reply_is_left_out() -> None:
    match = replace(advice().match, evidence=((0, 3), (90, 95)))
    assert evidence_words(advice(match=match), "550 no") == ("550",)
