"""What a log line says before its sentence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.event_exports.messages.line_labels import LineLabels, read_labels
from smtpscope.reading.windows_event.levels import level_of

FULL = LineLabels("error", 7004, "MSExchangeTransport", None, "EXCH01")


@pytest.mark.parametrize(
    "text",
    [
        " Error EXCH01 MSExchangeTransport 7004 ",
        " EXCH01 MSExchangeTransport[7004]: Error: ",
        " [ERROR] host=EXCH01 source=MSExchangeTransport id=7004 msg=",
        '"Error",,"MSExchangeTransport",7004,"SMTP Protocol","EXCH01","',
        " ,MSExchangeTransport,Error,SMTP Protocol,7004,N/A,EXCH01,",
        "\tMSExchangeTransport\tError\tSMTP Protocol\t7004\tN/A\tEXCH01\t",
        "<11> EXCH01 MSExchangeTransport: Event ID: 7004 err ",
        " Fehler EXCH01 MSExchangeTransport 3221494620 ",
    ],
)
def test_labels_are_found_in_whatever_order(text: str) -> None:
    assert read_labels(text) == FULL


def test_the_event_id_nearest_to_the_sentence_counts() -> None:
    assert read_labels("EXCH01 evt[7010]: MSExchangeTransport 7002 ").event_id == 7002


def test_the_exports_of_event_viewer_name_no_computer() -> None:
    assert read_labels('Error,,MSExchangeTransport,7004,SMTP Protocol,"') == LineLabels(
        "error", 7004, "MSExchangeTransport", None, None
    )


@pytest.mark.parametrize(
    ("text", "computer"),
    [
        ("from agent EXCH01.example.com Error 7002 MSExchangeTransport", "EXCH01.example.com"),
        ("Error 7002 192.0.2.7 MSExchangeTransport", "192.0.2.7"),
        ("Error 7002 S-1-5-18 MSExchangeTransport", None),
        ("ComputerName=mail server=x", "mail"),
        ("Error mailbox 7002", "mailbox"),
    ],
)
def test_the_computer_is_the_likeliest_token(text: str, computer: str | None) -> None:
    assert read_labels(text).computer == computer


def test_the_channel_is_told_from_the_computer() -> None:
    labels = read_labels(" Application Error EXCH01 MSExchangeTransport 7002 ")
    assert (labels.channel, labels.computer) == ("Application", "EXCH01")


@pytest.mark.parametrize(
    ("word", "level"),
    [("Error", "error"), ("WARN", "warning"), ("Warnung", "warning"), ("Informations", "information"), ("x", None)],
)
def test_level_words_of_several_languages_are_known(word: str, level: str | None) -> None:
    assert level_of(word) == level


@settings(max_examples=100)
@given(st.text(max_size=300))
def test_any_text_gives_labels(text: str) -> None:
    assert isinstance(read_labels(text), LineLabels)
