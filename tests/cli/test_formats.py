from __future__ import annotations

from cli.conftest import Smtpscope
from smtpscope.session import known_formats


def test_each_format_is_told_with_its_sign_and_its_limits(smtpscope: Smtpscope) -> None:
    result = smtpscope("formats")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    words = " ".join(result.stdout.split())
    assert known_formats()
    for known in known_formats():
        assert f"{known.title} ({known.name}) Recognised by: {known.recognised_by}" in words
        assert all(limit in words for limit in known.lacks)
