"""Paths and links that are longer than a line are broken where a name ends."""

from __future__ import annotations

from textual.content import Content

from smtpscope.app.widgets.prose.long_words import with_breaks


def test_long_words_are_broken_after_a_sign() -> None:
    for given, width, lines in (
        ("/var/log/mail/2026/postfix.log", 16, ["/var/log/mail/", "2026/postfix.log"]),
        (r"C:\Logs\Hub\SmtpSend.log", 14, ["C:\\Logs\\Hub\\", "SmtpSend.log"]),
        ("in https://contoso.example/pool_a?x=1 now", 20, ["in https://", "contoso.example/", "pool_a?x=1 now"]),
        ("aaaaaaaaaa", 4, ["aaaa", "aaaa", "aa"]),
        ("/aaaaaaaaa", 8, ["/aaaaaaa", "aa"]),
        ("short words stay", 8, ["short words stay"]),
        ("郵便/郵便郵便", 8, ["郵便/", "郵便郵便"]),
        ("郵便", 1, ["郵", "便"]),
    ):
        assert with_breaks(Content(given), width).plain.split("\n") == lines


def test_what_is_coloured_stays_so() -> None:
    content = with_breaks(Content.assemble(("/var/log/", "bold"), "mail.log"), 10)
    assert [content.plain[span.start : span.end] for span in content.spans] == ["/var/log/"]
