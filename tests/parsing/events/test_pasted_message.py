"""Sentences as people pass them on: wrapped, typeset, quoted in a mail, packed in JSON or HTML, cut off."""

from __future__ import annotations

import html
import json
import textwrap
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.events.event_message import parse, render
from smtpscope.parsing.events.message_wording import EventMessage, SixValues, wording_of

XEXCH50 = SixValues("1", "6", "", "xexch50", "504 Need to authenticate first ", "XEXCH50 1028 2 ")
RCPT = SixValues("1", "1428", "mx1.example.com", "rcpt", "550 5.1.1 User unknown  ", "RCPT TO:<a@example.com>  ")


def parsed(text: str) -> EventMessage:
    sentence = parse(text)
    assert sentence is not None, text
    return sentence


def test_a_missing_comma_after_the_host_is_put_up_with() -> None:
    assert parsed(render(7002, RCPT).replace('", responded', '" responded')).values == RCPT


def test_a_host_without_quotes_is_found() -> None:
    text = render(7002, RCPT).replace('"mx1.example.com", responded', "mx1.example.com, responded")
    assert parsed(text).values.remote_host == "mx1.example.com"


def test_two_blanks_anywhere_between_fixed_words_are_put_up_with() -> None:
    text = render(7004, RCPT).replace("protocol error", "protocol  error").replace("command sent", "command  sent")
    assert parsed(text) == parsed(render(7004, RCPT))


@pytest.mark.parametrize("event_id", [7002, 7004, 7010])
@pytest.mark.parametrize("width", [40, 60, 72, 78])
@pytest.mark.parametrize("indent", ["", "    ", "> ", "> > "])
def test_a_message_wrapped_by_a_mail_program_is_put_together(event_id: int, width: int, indent: str) -> None:
    values = RCPT._replace(
        reply="550 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using zen.dnsbl.example",
        full_command="MAIL FROM:<a@example.com> SIZE=2550112",
    )
    text = textwrap.fill(render(event_id, values), width, subsequent_indent=indent, break_on_hyphens=False)
    assert parsed(text).values == values
    assert parsed(text.replace("\n", "\r\n")).values == values


def test_in_a_wrapped_message_a_line_break_before_the_closing_quote_is_the_commands_own() -> None:
    text = textwrap.fill(render(7002, RCPT._replace(full_command="X-EXPS")), 72).replace('X-EXPS"', 'X-EXPS\n"')
    assert parsed(text).values.full_command == "X-EXPS\n"


def test_in_a_wrapped_message_the_lines_of_the_server_stay_lines() -> None:
    text = render(7002, RCPT._replace(reply="550-first of it\n550 second of it")).replace(
        "SMTP command", "SMTP\ncommand"
    )
    assert parsed(text).values.reply == "550-first of it\n550 second of it"


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("“", "”"), ("”", "”"), ("“", "“"), ("„", "“"), ("«", "»"), ("`", "`"), ("'", "'"), ("‘", "’"), ("＂", "＂")],
)
def test_typographic_quotes_are_quotes_wherever_they_stand(opening: str, closing: str) -> None:
    text = render(7004, RCPT)
    parts = text.split('"')
    typeset = parts[0] + "".join((closing if i % 2 else opening) + part for i, part in enumerate(parts[1:]))
    assert parsed(typeset).values == RCPT


def test_an_opening_quote_may_stand_in_one_closing_place_only() -> None:
    assert parsed(render(7010, RCPT).replace('unknown  ".', "unknown  “.")).values == RCPT


def test_entities_of_a_web_page_are_resolved() -> None:
    text = render(7002, RCPT).replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    assert parsed(text).values == RCPT


def test_an_entity_of_absurd_length_is_left_alone() -> None:
    assert parse("SMTP &#" + "9" * 5000 + ";") is None


def test_a_stray_second_quote_is_dropped() -> None:
    text = render(7002, RCPT).replace('with "550', 'with ""550').replace('", responded', '" responded')
    assert parsed(text).values.reply == "550 5.1.1 User unknown  "


def test_a_sentence_of_the_article_may_be_glued_to_either_end() -> None:
    text = f"The following event is logged:{render(7002, XEXCH50)}The server is an Exchange server. It may fail."
    assert parsed(text).values == XEXCH50


@pytest.mark.parametrize(
    "footer",
    [
        "\n\nFor more information, click http://www.example.com/contentredirect.asp.",
        "\r\nFor more information, see Help and Support Center at http://go.example.com/fwlink/events.asp.\r\n",
        "\nData:\n0000: 05 00 07 80               ....",
        "\n0000: 05 00 07 80               ....",
    ],
)
def test_footers_are_not_part_of_the_message(footer: str) -> None:
    text = render(7002, RCPT)
    assert parsed(text + footer).values == RCPT
    assert parsed(text.partition("  This may")[0] + footer).values == RCPT


def test_without_the_last_sentence_all_values_are_there_and_the_certainty_is_not() -> None:
    sentence = parsed(render(7002, RCPT).partition("  This may")[0])
    assert sentence.values == RCPT
    assert sentence.wording.certainty is None


def test_a_text_cut_off_behind_the_reply_still_gives_the_reply() -> None:
    sentence = parsed(render(7002, RCPT).partition(" The full")[0])
    assert sentence.values == RCPT._replace(full_command="")


def test_a_text_cut_off_inside_the_full_command_gives_what_is_left() -> None:
    assert parsed(render(7002, RCPT).partition("example.com>  ")[0]).values.full_command == "RCPT TO:<a@"


def test_a_sentence_without_its_opening_is_understood() -> None:
    text = render(7002, RCPT).partition(". ")[2]
    assert parsed(text).values == RCPT._replace(virtual_server="", connection="")


def test_in_a_wrapped_message_a_figure_at_the_start_of_a_line_is_a_word() -> None:
    text = render(7002, RCPT._replace(reply="450 more than\n200 messages")).replace("SMTP command", "SMTP\ncommand")
    assert parsed(text).values.reply == "450 more than 200 messages"


def test_a_line_of_json_is_unpacked() -> None:
    values = RCPT._replace(reply='550 "no" \\ 😀 é', full_command="RCPT TO:<a@example.com>\r\n")
    line = json.dumps({"event": {"code": 7002}, "message": render(7002, values)})
    assert parsed(line).values == values
    assert parsed(line.replace("<", "\\u003c").replace(">", "\\u003e")).values == values


def test_half_a_character_in_json_becomes_a_replacement_character() -> None:
    line = json.dumps(render(7002, RCPT)).replace("User unknown", "\\ud83d")
    assert parsed(line).values.reply == "550 5.1.1 \ufffd  "


HOSTS = st.sampled_from(["", "mx1.example.com", "192.0.2.7"])
REPLIES = st.from_regex(r"[45][0-9]{2} [a-z0-9.;:,()\[\]-]{1,12}( [a-z0-9.;:,()\[\]-]{1,12}){0,12}", fullmatch=True)
SPOILERS: dict[str, Callable[[str], str]] = {
    "typeset": lambda text: text.replace('"', "“"),
    "html": html.escape,
    "footer": lambda text: text + "\n\nFor more information, click http://www.example.com/contentredirect.asp.",
    "article": lambda text: f'The log has "this" event: {text} It says so.',
    "comma": lambda text: text.replace('", responded', '" responded'),
    "mail": lambda text: "\n".join(f"> {line}" for line in textwrap.wrap(text, 70, break_on_hyphens=False)),
}
ORDER = ["comma", "article", "footer", "typeset", "html", "mail"]


@given(
    event_id=st.sampled_from([7002, 7004, 7010]),
    host=HOSTS,
    reply=REPLIES,
    chosen=st.sets(st.sampled_from(ORDER)),
)
@settings(max_examples=100)
def test_any_mixture_of_wear_leaves_the_values(event_id: int, host: str, reply: str, chosen: set[str]) -> None:
    values = SixValues("1", "77", host, "rcpt", reply, "RCPT TO:<a.b@example.com>")
    text = render(event_id, values)
    for name in ORDER:
        if name in chosen:
            text = SPOILERS[name](text)
    sentence = parsed(text)
    assert sentence.values == values
    assert sentence.wording == wording_of(event_id)
