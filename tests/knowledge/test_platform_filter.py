"""Guidance fits the direction and the server that wrote the log."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.own_files import ENTRY, note_in
from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.advice import Advice
from smtpscope.knowledge.authoring.inspection import examined
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.entry import Check
from smtpscope.knowledge.files.knowledge_files import read_stand_ins
from smtpscope.knowledge.platform import Platform, platform_of
from smtpscope.knowledge.platform_filter import LABELS, AdviceContext, StandIn
from smtpscope.parsing.smtp_exchange import Direction
from support.changed import replace
from support.knowledge_exchanges import exchange

RCPT = "RCPT TO:<berta@fabrikam.example>"
GREYLISTED = "450 4.2.0 Greylisted, please come back later"
EXCHANGE_WORDS = ("Exchange System Manager", "Get-", "Virtual Server", "wmic", "reg query", "hotfix")
ON_UNIX = ("postfix/smtp", "exim", "sendmail")


def advice(knowledge: KnowledgeBase, reply: str, provider: str | None, *, inbound: bool = False) -> Advice:
    asked = replace(exchange(reply, RCPT, inbound=inbound, host="192.0.2.7"), provider=provider)
    return knowledge.advice(asked if provider else replace(asked, event_id=None, virtual_server=None))


def commands(shown: Advice) -> str:
    return "\n".join(check.command for check in shown.checks)


@pytest.mark.parametrize(
    ("provider", "queue", "log"),
    [
        ("postfix/smtp", "postqueue -p", "grep <queue id>"),
        ("exim", "exim -bp", "exigrep <message id>"),
        ("sendmail", "mailq", "grep <queue id>"),
    ],
)
def test_each_mail_server_has_its_own_commands_for_queue_and_log(
    knowledge: KnowledgeBase, provider: str, queue: str, log: str
) -> None:
    shown = advice(knowledge, GREYLISTED, provider)
    assert queue in commands(shown)
    assert log in commands(shown)
    assert [
        word for word in EXCHANGE_WORDS if word in "\n".join((commands(shown), *shown.actions, *shown.causes))
    ] == []


@pytest.mark.parametrize("provider", ON_UNIX)
@pytest.mark.parametrize("inbound", [False, True])
def test_no_entry_sends_the_administrator_of_another_server_to_exchange(
    knowledge: KnowledgeBase, provider: str, inbound: bool
) -> None:
    asked = replace(exchange("550 no", RCPT, inbound=inbound), provider=provider)
    given_here = AdviceContext(asked.direction, platform_of(asked))
    for entry in knowledge.entries.values():
        for check in given_here.checks(entry.checks, knowledge.stand_ins):
            assert not check.tool.startswith(("exchange", "powershell")), (entry.id, check.what)


def test_exchange_2003_and_later_versions_get_their_own_steps(knowledge: KnowledgeBase) -> None:
    older = commands(advice(knowledge, GREYLISTED, "MSExchangeTransport"))
    later = commands(advice(knowledge, GREYLISTED, "SMTP Send Protocol Log"))
    assert "Exchange System Manager" in older
    assert "Get-MessageTrackingLog" not in older
    assert "Get-MessageTrackingLog" in later
    assert "Exchange System Manager" not in later


def test_a_reply_from_no_log_keeps_the_checks_of_all_servers(knowledge: KnowledgeBase) -> None:
    shown = advice(knowledge, GREYLISTED, None)
    written = [check for check in knowledge.entry("greylisted").checks if check.applies_to != "inbound"]
    assert len(shown.checks) == len(written)
    assert any(action.startswith("Exchange 2003: ") for action in shown.actions)


def test_hotfixes_of_exchange_are_for_exchange_alone(knowledge: KnowledgeBase) -> None:
    def told(provider: str) -> bool:
        return any("hotfixes" in action for action in advice(knowledge, GREYLISTED, provider).actions)

    assert [told(provider) for provider in ("MSExchangeTransport", "Message Tracking Log", *ON_UNIX)] == [
        True,
        False,
        False,
        False,
        False,
    ]


def test_what_not_to_do_is_of_the_direction(knowledge: KnowledgeBase) -> None:
    got = advice(knowledge, "421 4.3.2 Service not available", "SMTP Receive Protocol Log")
    gave = advice(knowledge, "421 4.3.2 Service not available", "SMTP Receive Protocol Log", inbound=True)
    assert "Do not restart our server, the fault is on the other side." in got.avoid
    assert gave.avoid == ("Do not restart it again and again before its log was read.",)
    assert not [cause for cause in gave.causes if "remote server" in cause]
    assert "Get-ServerComponentState" in commands(gave)


def test_a_check_of_which_nothing_fits_is_better_than_none() -> None:
    written = [Check("Look there", "exchange 2003", "Servers > x")]
    assert AdviceContext(Direction.OUTBOUND, "exim").checks(written, ()) == written


def test_the_first_stand_in_whose_words_are_in_the_command_is_taken_once() -> None:
    queues = Check("Queue?", "shell", "postqueue -p", platforms=("postfix",))
    other = Check("Other?", "shell", "other", platforms=("postfix",))
    always = Check("Log?", "shell", "grep x", platforms=("postfix",))
    stand_ins = [
        StandIn("a", ("Queue",), (queues, Check("Exim?", "shell", "exim -bp", platforms=("exim",)))),
        StandIn("b", ("Get-Queue",), (other,)),
        StandIn("c", (), (always,)),
    ]
    dns = Check("Hosts?", "dns", "nslookup x")
    written = [Check("1", "exchange 2007+", "Get-Queue"), dns, Check("2", "exchange 2003", "Servers > Queues")]
    assert AdviceContext(Direction.OUTBOUND, "postfix").checks(written, stand_ins) == [queues, dns, always]
    assert AdviceContext(Direction.OUTBOUND, "postfix").checks([dns], stand_ins) == [dns]


@pytest.mark.parametrize(
    ("direction", "platform", "text"),
    [
        ("outbound", None, "All. Never. Exchange: wait. Postfix: look."),
        ("inbound", None, "All. Always. Exchange: wait. Postfix: look."),
        ("outbound", "exchange", "All. Never. Wait."),
        ("inbound", "exchange-2003", "All. Always. Wait."),
        ("outbound", "postfix", "All. Never. Look."),
        ("unknown", "exim", "All. Never."),
    ],
)
def test_labelled_sentences_are_shown_where_they_belong(direction: str, platform: Platform | None, text: str) -> None:
    written = "All. Outbound: never. Inbound: always. Exchange: wait. Postfix: look."
    assert AdviceContext(Direction(direction), platform).text(written) == text


@pytest.mark.parametrize("text", ["ExchangeAuth: clocks differ.", "A host (Exchange: Set-x) waits.", "Inbound mail."])
def test_words_that_only_look_like_labels_stay(text: str) -> None:
    assert AdviceContext(Direction.OUTBOUND, "postfix").text(text) == text


@given(st.text(), st.sampled_from(Direction), st.sampled_from([None, *get_args(Platform)]))
@settings(max_examples=50)
def test_no_text_is_too_strange(text: str, direction: Direction, platform: Platform | None) -> None:
    shown = AdviceContext(direction, platform).text(text)
    assert shown == text or any(f"{label}: " in text for label in LABELS)


def test_the_bundled_stand_ins_serve_all_three_servers(knowledge: KnowledgeBase) -> None:
    for stand_in in knowledge.stand_ins:
        served = {platform for check in stand_in.checks for platform in check.platforms}
        assert served == {"postfix", "exim", "sendmail"}, stand_in.id
        for check in stand_in.checks:
            assert check.tool == "shell"
            assert len(check.command) <= 110


def test_the_words_of_each_stand_in_stand_in_some_check(knowledge: KnowledgeBase) -> None:
    written = [check.command for entry in knowledge.entries.values() for check in entry.checks]
    unused = [
        words
        for stand_in in knowledge.stand_ins
        for words in stand_in.instead_of
        if not any(words in command for command in written)
    ]
    assert unused == []


STAND_IN = """[[alternative]]
id = "own"
instead_of = ["Get-Queue", "> Queues"]

[[alternative.checks]]
what = "{what}"
tool = "{tool}"
command = "our-queue"
platforms = [{platforms}]
"""


def own(folder: Path, what: str = "Ours?", tool: str = "shell", platforms: str = '"postfix"') -> Path:
    text = STAND_IN.replace("{what}", what).replace("{tool}", tool).replace("{platforms}", platforms)
    (folder / "platform-alternatives.toml").write_text(text, encoding="utf-8")
    return folder


def test_stand_ins_of_ones_own_come_before_the_bundled_ones(tmp_path: Path) -> None:
    base = KnowledgeBase.load(own(tmp_path))
    shown = advice(base, "550 4.4.7 QUEUE.Expired; message expired", "postfix/smtp")
    assert "our-queue" in commands(shown)
    assert "postqueue -p" not in commands(shown)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"what": "Is {nobody} there?"}, "unknown placeholder {nobody}"),
        ({"tool": "exchange 2003"}, "is for postfix, which has no exchange 2003"),
        ({"platforms": ""}, "names no server"),
        ({"platforms": '"postfx"'}, "'postfx' is not a valid value"),
    ],
)
def test_a_stand_in_that_makes_no_sense_is_refused(tmp_path: Path, change: dict[str, str], said: str) -> None:
    (mistake,) = examined(own(tmp_path, **change)).mistakes
    assert said in str(mistake)
    with pytest.raises(KnowledgeError):
        advice(KnowledgeBase.load(tmp_path), GREYLISTED, "postfix/smtp")


def test_a_folder_without_stand_ins_has_none(tmp_path: Path) -> None:
    assert read_stand_ins(tmp_path) == ()


def test_a_sentence_for_one_direction_alone_is_a_mistake_where_all_are_read(tmp_path: Path) -> None:
    wrong = ENTRY.replace('over_when = "', 'over_when = "Inbound: ', 1)
    assert wrong != ENTRY
    mistakes = "\n".join(map(str, examined(note_in(tmp_path, wrong)).mistakes))
    assert "field over_when: says nothing for outbound mail" in mistakes
