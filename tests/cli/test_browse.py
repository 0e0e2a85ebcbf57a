from __future__ import annotations

from cli.conftest import Smtpscope
from cli.processes import COPIED


def test_without_a_terminal_the_report_is_printed_and_why(smtpscope: Smtpscope) -> None:
    result = smtpscope(COPIED)
    assert result.exit_code == 0
    assert result.stdout == smtpscope("report", COPIED).stdout
    assert result.stderr == (
        "smtpscope: Standard output is not a terminal: printing the report instead of opening the browser.\n"
    )


def test_the_filter_holds_for_the_report_too(smtpscope: Smtpscope) -> None:
    result = smtpscope("--filter", "550", COPIED)
    assert "mail.fabrikam.example" in result.stdout
    assert "mail.northwind.example" not in result.stdout


def test_browse_may_be_said(smtpscope: Smtpscope) -> None:
    assert smtpscope("browse", COPIED).stdout == smtpscope(COPIED).stdout
