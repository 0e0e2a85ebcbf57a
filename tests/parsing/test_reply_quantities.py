"""Waiting times and size limits in replies."""

from __future__ import annotations

import pytest

from smtpscope.parsing.reply_quantities import parse_seconds, parse_size_limit


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("greylisted for 300 seconds.....", 300),
        ("Greylisted, try again in 5 minutes", 300),
        ("please wait 1 hour", 3600),
        ("try again in an hour", 3600),
        ("Greylisted, retry in 00:04:59", 299),
        ("100 messages per 1 hour, retry after 30 min", 1800),
        ("Bitte in 10 Minuten erneut versuchen", 600),
        ("réessayer dans 2 heures", 7200),
        ("not logged in in the last 30 minutes", None),
        ("try again later", None),
        ("a second error", None),
        ("input sent without waiting for ones greeting", None),
        ("Incoming mail is kept for as long as needed", None),
        ("in 12.5 seconds", None),
        ("5 recipients", None),
    ],
)
def test_waiting_times(text: str, seconds: int | None) -> None:
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("Message size exceeds fixed maximum message size (10485760)", 10485760),
        ("message size 30000000 exceeds size limit 20971520 of server", 20971520),
        ("larger than 10 MB", 10 * 1024**2),
        ("Message too large (max 25MB)", 25 * 1024**2),
        ("size limit of 10240 KB", 10240 * 1024),
        ("exceeds limit of 1.5 MB", 1024 * 1536),
        ("size limit of 500 bytes", 500),
        ("size limit of 999999999999 GB", None),
        ("Message size exceeds fixed limit", None),
        ("large message: limit of 100 recipients", None),
        ("exceeded limit of 5000 messages of any size", None),
        ("exceeds limit of 5000", None),
    ],
)
def test_size_limits_are_bytes(text: str, limit: int | None) -> None:
    assert parse_size_limit(text) == limit
