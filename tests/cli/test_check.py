"""`smtpscope check`: what a monitoring system, cron and Prometheus get."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.conftest import Smtpscope
from cli.processes import SAMPLES

NOW = datetime.now(UTC).replace(microsecond=0)


def bounce(when: datetime, recipient: str, reply: str, status: str = "deferred") -> str:
    stamp = when.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    return (
        f"{stamp} mx1 postfix/smtp[101]: 4bXyZ12: to=<{recipient}>, relay=mail.fabrikam.example[192.0.2.9]:25, "
        f"delay=1, delays=0.1/0/0.5/0.4, dsn={reply.split()[1]}, status={status} "
        f"(host mail.fabrikam.example[192.0.2.9] said: {reply} (in reply to RCPT TO command))\n"
    )


LISTED = "550 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using zen.dnsbl.example"
GREYLISTED = "450 4.2.0 <bob@fabrikam.example>: Recipient address rejected: Greylisted, see http://postgrey.example"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "mail.log"


def write(log: Path, *lines: str) -> None:
    log.write_text("".join(lines), encoding="utf-8")


def test_ours_and_ongoing_is_critical(smtpscope: Smtpscope, log: Path) -> None:
    write(
        log,
        *(bounce(NOW - timedelta(hours=hour), f"u{hour}@fabrikam.example", LISTED, "bounced") for hour in (2, 1, 0)),
    )
    result = smtpscope("check", log)
    assert result.exit_code == 2
    line, *others = result.stdout.splitlines()
    assert others == []
    assert line.startswith("SMTP CRITICAL - 1 incident needs action: 550 mail.fabrikam.example ")
    assert re.search(r" \| refusals=3;;;0 messages=3;;;0 incidents=1;;;0 ours=1;;;0 ours_ongoing=1;;;0 ", line)


def test_what_nobody_has_to_act_on_is_ok_until_it_is_overdue(smtpscope: Smtpscope, log: Path) -> None:
    def tries(hours: int) -> list[str]:
        return [
            bounce(NOW - timedelta(hours=hour), "bob@fabrikam.example", GREYLISTED) for hour in range(hours, -1, -1)
        ]

    write(log, *tries(3))
    soon = smtpscope("check", log)
    assert (soon.exit_code, "messages=1;" in soon.stdout, "refusals=4;" in soon.stdout) == (0, True, True)
    write(log, *tries(50))
    late = smtpscope("check", log)
    assert late.exit_code == 1
    assert "deferred for 2 days" in late.stdout


def test_another_message_a_day_later_is_no_retry(smtpscope: Smtpscope, log: Path) -> None:
    write(log, *(bounce(NOW - timedelta(days=day), "bob@fabrikam.example", GREYLISTED) for day in (3, 2, 1, 0)))
    result = smtpscope("check", log, "--since", "7d")
    assert result.exit_code == 0
    assert "messages=4;" in result.stdout


def test_a_log_that_is_not_written_any_more_is_a_warning(smtpscope: Smtpscope, log: Path) -> None:
    write(log, bounce(NOW - timedelta(hours=9), "bob@fabrikam.example", GREYLISTED))
    assert smtpscope("check", log).exit_code == 0
    stale = smtpscope("check", log, "--stale", "6h")
    assert (stale.exit_code, "the log ended 9 h ago" in stale.stdout) == (1, True)


def test_only_what_is_new_is_told_again(smtpscope: Smtpscope, log: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    write(log, bounce(NOW, "bob@fabrikam.example", LISTED, "bounced"))
    first = smtpscope("check", log, "--format", "mail", "--state", state)
    assert "1 new SMTP incident needs action" in first.stdout
    assert "Service unavailable; Client host" in first.stdout
    second = smtpscope("check", log, "--format", "mail", "--state", state)
    assert (second.exit_code, second.stdout) == (0, "")
    write(
        log,
        bounce(NOW, "bob@fabrikam.example", LISTED, "bounced"),
        bounce(NOW, "ann@fabrikam.example", "530 5.7.0 Authentication required", "bounced"),
    )
    third = smtpscope("check", log, "--format", "mail", "--state", state).stdout
    assert "1 new SMTP incident needs action" in third
    assert "530" in third
    assert "550" not in third


def test_a_state_file_of_something_else_is_left_alone(smtpscope: Smtpscope, log: Path, tmp_path: Path) -> None:
    write(log, bounce(NOW, "bob@fabrikam.example", LISTED, "bounced"))
    state = tmp_path / "notes.json"
    state.write_text('{"mine": 1}', encoding="utf-8")
    result = smtpscope("check", log, "--state", state)
    assert result.exit_code == 3
    assert result.stdout.startswith("SMTP UNKNOWN - ")
    assert state.read_text(encoding="utf-8") == '{"mine": 1}'


def test_what_can_not_be_read_is_unknown(smtpscope: Smtpscope, tmp_path: Path) -> None:
    result = smtpscope("check", tmp_path / "none.log")
    assert result.exit_code == 3
    assert result.stdout.startswith("SMTP UNKNOWN - ")


def test_the_text_of_a_log_ends_neither_the_line_nor_the_text_before_the_figures(
    smtpscope: Smtpscope, log: Path
) -> None:
    hostile = bounce(NOW, "bob@fabrikam.example", LISTED, "bounced").replace("mail.fabrikam.example", "a|b=1;\x1b[31m")
    write(log, hostile)
    line = smtpscope("check", log).stdout
    assert line.count("\n") == 1
    assert line.count("|") <= 1
    assert "\x1b" not in line


def test_prometheus_gets_gauges_without_text_of_the_log(smtpscope: Smtpscope) -> None:
    text = smtpscope("check", SAMPLES, "--since", "30d", "--format", "prometheus").stdout
    names = set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            names.add(line.split()[2])
        elif not line.startswith("#"):
            assert re.fullmatch(r'[a-z_]+(?:\{(?:[a-z]+="[^"\\]*",?)+\})? [0-9.]+', line)
            assert re.split(r"[ {]", line)[0] in names
    assert "fabrikam" not in text
    refusals = sum(int(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith("smtpscope_refusals{"))
    assert refusals == 528


def test_json_tells_all_incidents_of_the_window(smtpscope: Smtpscope) -> None:
    answer = json.loads(smtpscope("check", SAMPLES, "--since", "7d", "--format", "json").stdout)
    assert answer["status"] == "critical"
    assert sum(each["refusals"] for each in answer["incidents"]) == answer["refusals"]
    assert all(each["messages"] <= each["refusals"] for each in answer["incidents"])


def test_a_length_of_time_that_is_none_is_told(smtpscope: Smtpscope, log: Path) -> None:
    write(log, bounce(NOW, "bob@fabrikam.example", LISTED, "bounced"))
    result = smtpscope("check", log, "--stale", "monday", "--format", "json")
    assert (result.exit_code, "'monday' is not a length of time" in result.stderr) == (2, True)
