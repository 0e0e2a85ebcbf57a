"""The knowledge base may answer for a whole shape of replies: the number in a mailbox leads nowhere."""

from __future__ import annotations

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.files.check import rule_examples
from smtpscope.knowledge.files.knowledge_files import bundled_folder, read_rules
from smtpscope.parsing.command import parse_command
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Direction

RULES = [rule for _, rule in read_rules(bundled_folder())]


def test_the_number_in_a_mailbox_changes_no_answer(knowledge: KnowledgeBase) -> None:
    assert RULES
    for example in (each for rule in RULES for each in rule_examples(rule.examples)):
        text = example.reply.verbatim
        for written in (f"{text} <user00@example.com>", f"{text} for user00@mx1.example.com "):
            answers = {
                knowledge.matcher.match(
                    parse_reply(written.replace("user00", name)), example.command, Direction.OUTBOUND
                )
                for name in ("user00", "user17", "user50", "size55", "abcd10")
                if len(name) == len("user00")
            }
            assert len(answers) == 1, written


def test_the_evidence_stands_where_it_does_in_the_first_of_a_shape(knowledge: KnowledgeBase) -> None:
    command = parse_command("rcpt", "RCPT TO:<user11@example.com>")
    for number in (11, 22):
        reply = parse_reply(f"550 5.1.1 <user{number}@example.com>: Recipient address rejected: User unknown")
        match = knowledge.match_parts(reply, command, Direction.OUTBOUND)
        assert match == knowledge.matcher.match(reply, command, Direction.OUTBOUND)
