"""`smtpscope kb`, and knowledge of one's own in every command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Smtpscope
from cli.processes import LINES, run
from knowledge.own_files import ENTRY, HOST_RULE, note_in

HOST = "mx.woodgrove.example"
GREYLISTED = "450 4.2.0 Recipient address rejected: Greylisted, try again in 300 seconds"
WOODGROVE = ENTRY + HOST_RULE.replace('"mx1.fabrikam.example", ".Contoso.example."', f'"{HOST}"')


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's own knowledge, which does not exist yet."""
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: str(tmp_path / "data"))
    return tmp_path / "data" / "knowledge"


def test_the_own_folder_is_printed(smtpscope: Smtpscope, own: Path) -> None:
    assert smtpscope("kb", "path").stdout == f"{own}\n"
    assert not own.exists()


def test_entries_are_listed_by_id_and_title(smtpscope: Smtpscope, own: Path) -> None:
    note_in(own)
    lines = smtpscope("kb", "list").stdout.splitlines()
    assert len(lines) > 70
    assert any(line.split("  ")[0] == "greylisted" for line in lines)
    assert [line for line in lines if line.endswith(" (own)")] == [
        f"{'call-fabrikam':<{lines[-1].index('Fabrikam') - 2}}  Fabrikam: call Anna (own)"
    ]


def test_words_and_codes_find_entries(smtpscope: Smtpscope) -> None:
    assert "greylisted" in smtpscope("kb", "list", "greylist").stdout.split()
    assert smtpscope("kb", "list", "4.2.2").stdout.startswith("x.2.2: the mailbox is full -> mailbox-full")
    nothing = smtpscope("kb", "list", "qqqqqq", "zzzzzz")
    assert (nothing.exit_code, nothing.stdout) == (1, "")
    assert "no entry matches" in nothing.stderr


def test_the_29_causes_are_listed(smtpscope: Smtpscope) -> None:
    lines = smtpscope("kb", "list", "--causes").stdout.splitlines()
    assert len(lines) == 29
    assert lines[0].split(None, 1) == ["recipient-unknown", "No such mailbox"]


def test_an_entry_is_shown_with_its_file_and_what_leads_to_it(smtpscope: Smtpscope, own: Path) -> None:
    note_in(own)
    text = smtpscope("kb", "show", "call-fabrikam").stdout
    assert text.startswith("Fabrikam: call Anna\n")
    for words in ("We know this host.", "They refused.", "1. Call Anna.", "fabrikam.toml"):
        assert words in text
    assert "rule fabrikam in notes/fabrikam.toml, for mx1.fabrikam.example" in " ".join(text.split())
    assert max(map(len, text.replace(str(own), "").splitlines())) <= 72


def test_every_entry_can_be_shown(smtpscope: Smtpscope) -> None:
    for entry_id in ("greylisted", "xexch50-refused", "unparsed", "yahoo-tss"):
        assert smtpscope("kb", "show", entry_id).exit_code == 0


def test_an_entry_that_does_not_exist_is_guessed(smtpscope: Smtpscope) -> None:
    result = smtpscope("kb", "show", "greylistd")
    assert result.exit_code == 1
    assert "Did you mean greylisted?" in result.stderr


def test_a_new_entry_is_written_checked_and_used(smtpscope: Smtpscope, own: Path) -> None:
    made = smtpscope(
        "kb",
        "new",
        "call-woodgrove",
        *("--host", HOST, "--category", "greylisted", "--reply", GREYLISTED),
        *("--title", "Woodgrove: call Bob", "--text", "They put us on their list."),
    )
    assert made.stdout == f"{own / 'notes' / 'call-woodgrove.toml'}\n"
    checked = smtpscope("kb", "check")
    assert (checked.exit_code, checked.stdout) == (0, f"{own}: 1 file, 1 entry, 1 rule, no errors\n")
    asked = ("explain", GREYLISTED, "--format", "json")
    assert json.loads(smtpscope(*asked, "--host", HOST).stdout)["title"] == "Woodgrove: call Bob"
    assert json.loads(smtpscope(*asked, "--host", "mx.fabrikam.example").stdout)["title"] != "Woodgrove: call Bob"


def test_a_rule_to_an_entry_that_is_there_is_written_in_one_round(smtpscope: Smtpscope, own: Path) -> None:
    reply = "451 Zork is busy with the mumble"
    options = (
        "--entry",
        "greylisted",
        "--reply",
        reply,
        "--reply",
        "451 Zork comes back to the frob",
        "--not",
        "451 No",
    )
    made = smtpscope("kb", "new", "zork", *options)
    assert made.stdout == f"{own / 'notes' / 'zork.toml'}\n"
    assert smtpscope("kb", "check").exit_code == 0
    answer = json.loads(smtpscope("explain", reply, "--format", "json").stdout)
    assert (answer["category"], answer["entry"], answer["matched_by"]) == ("greylisted", "greylisted", "own note: zork")


def test_an_entry_begun_without_a_word_passes_the_check(smtpscope: Smtpscope, tmp_path: Path) -> None:
    assert smtpscope("kb", "new", "something", "--folder", tmp_path).exit_code == 0
    assert smtpscope("kb", "check", tmp_path).exit_code == 0


def test_nothing_is_replaced_by_a_new_entry(smtpscope: Smtpscope, own: Path) -> None:
    note_in(own)
    before = (own / "notes" / "fabrikam.toml").read_bytes()
    for entry_id in ("call-fabrikam", "policy", "fabrikam"):
        result = smtpscope("kb", "new", entry_id)
        assert (result.exit_code, result.stdout) == (1, "")
    assert (own / "notes" / "fabrikam.toml").read_bytes() == before


def test_a_check_names_all_mistakes_and_fails(smtpscope: Smtpscope, tmp_path: Path) -> None:
    note_in(tmp_path, ENTRY.replace('who_acts = "us"', 'who_acts = "thm"'), "a.toml")
    note_in(tmp_path, "[[rule]\n", "b.toml")
    (tmp_path / "stray.toml").write_text("", encoding="utf-8")
    result = smtpscope("kb", "check", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    first, second, stray, last = result.stderr.splitlines()
    assert "a.toml, entry 'call-fabrikam', field outbound.who_acts: 'thm' is not a valid value." in first
    assert "Did you mean them?" in first
    assert "b.toml, line 1" in second
    assert "warning:" in stray
    assert "2 mistakes" in last


def test_without_own_knowledge_a_check_says_how_to_begin(smtpscope: Smtpscope, own: Path) -> None:
    result = smtpscope("kb", "check")
    assert result.exit_code == 1
    assert f"{own}: you have no knowledge folder yet. Create an entry with smtpscope kb new ID." in result.stderr


def causes(smtpscope: Smtpscope, *options: str | Path) -> dict[str, str]:
    """Remote host -> cause in a report of the sample log."""
    answer = json.loads(smtpscope("report", LINES, "--format", "json", "--group", "host", *options).stdout)
    return {row["remote_host"]: row["category"] for row in answer["rows"] if row["depth"] == 0}


def test_own_knowledge_answers_for_its_host_in_a_report(smtpscope: Smtpscope, own: Path) -> None:
    plain = causes(smtpscope)
    assert plain[HOST] == "greylisted"
    note_in(own, WOODGROVE)
    assert causes(smtpscope) == {**plain, HOST: "policy"}
    assert causes(smtpscope, "--no-own-knowledge") == plain
    summary = smtpscope("summary", LINES, "--filter", "host:woodgrove").stdout
    assert "We know this host." in summary
    assert "Call Anna." in summary


def test_own_knowledge_can_be_left_out_by_the_environment(
    smtpscope: Smtpscope, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note_in(own, WOODGROVE)
    monkeypatch.setenv("SMTPSCOPE_OWN_KNOWLEDGE", "no")
    assert causes(smtpscope)[HOST] == "greylisted"


def test_a_folder_on_the_command_line_has_the_last_word(smtpscope: Smtpscope, own: Path, tmp_path: Path) -> None:
    note_in(own, WOODGROVE)
    given = note_in(tmp_path / "given", WOODGROVE.replace('category = "policy"', 'category = "blocked"'))
    assert causes(smtpscope, "--knowledge", given)[HOST] == "blocked"


@pytest.mark.parametrize(
    "arguments", [("report", LINES), ("events", LINES), ("explain", "550 no"), ("browse", LINES), ("kb", "list")]
)
def test_a_broken_own_file_stops_every_command_with_its_sentence(
    smtpscope: Smtpscope, own: Path, arguments: tuple[str, ...]
) -> None:
    note_in(own, ENTRY.replace('title = "Fabrikam: call Anna"\n', ""))
    result = smtpscope(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert (
        "fabrikam.toml, entry 'call-fabrikam': the field 'title' is missing. Add it: text in quotes." in result.stderr
    )
    assert smtpscope(*arguments, "--no-own-knowledge").exit_code == 0


def test_the_evaluation_of_labelled_replies_is_printed(smtpscope: Smtpscope, tmp_path: Path) -> None:
    path = tmp_path / "labelled.jsonl"
    replies = [
        {"reply": "550 5.1.1 User unknown", "command": "RCPT", "category": "recipient-unknown", "origin": "exchange"},
        {"reply": "552 Mailbox full", "command": "RCPT", "category": "policy", "also_ok": [], "origin": "postfix"},
    ]
    path.write_text("".join(json.dumps(reply) + "\n" for reply in replies), encoding="utf-8")
    text = smtpscope("kb", "evaluate", "--replies", path).stdout
    assert "2 replies of 2 families" in text
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    assert ["the labelled cause", "50.0 % (1 of 2)"] in rows
    assert ["exchange", "1", "100.0 %", "100.0 %", "100.0 %"] in rows
    assert ["policy", "mailbox-full", "1"] in rows


def test_a_file_that_is_no_labelled_reply_is_told_with_its_line(smtpscope: Smtpscope, tmp_path: Path) -> None:
    path = tmp_path / "labelled.jsonl"
    path.write_text("nonsense\n", encoding="utf-8")
    result = smtpscope("kb", "evaluate", "--replies", path)
    assert result.exit_code == 1
    assert f"{path}, line 1" in result.stderr


@pytest.mark.parametrize("name", ["list", "show", "check", "new", "path", "evaluate"])
def test_the_help_of_each_part_fits_80_columns_and_has_an_example(smtpscope: Smtpscope, name: str) -> None:
    text = smtpscope("kb", name, "--help").stdout
    assert max(map(len, text.splitlines())) <= 80
    assert f"\n  smtpscope kb {name}" in text


def test_a_mistake_in_a_process_of_its_own_ends_with_1(tmp_path: Path) -> None:
    result = run("kb", "check", tmp_path / "nowhere")
    assert (result.returncode, result.stdout) == (1, b"")
    assert b"no such folder" in result.stderr
