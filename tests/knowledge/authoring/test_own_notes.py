"""A note of one's own: whole, valid, never over another one, and for the replies it was written for alone."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.own_files import note_in
from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.authoring.inspection import examined
from smtpscope.knowledge.authoring.own_notes import note_id, write_note
from smtpscope.knowledge.base import KnowledgeBase
from support.knowledge_exchanges import exchange

REPLY = "550 5.7.1 <berta@fabrikam.example>: refused by our policy, ticket 4711"


def write(folder: Path, **changes: object) -> Path:
    values: dict[str, object] = {
        "entry_id": "call-fabrikam",
        "title": "Fabrikam: call Anna",
        "text": "We know this host.",
        "remote_host": "MX1.Fabrikam.example.",
        "category": "blocked",
        "example": REPLY,
        **changes,
    }
    return write_note(folder, **values)  # type: ignore[arg-type]


def title(folder: Path, reply: str, host: str) -> str:
    return KnowledgeBase.load(folder).advice(exchange(reply, host=host)).title


def test_a_note_passes_the_check_and_answers_its_reply(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there" / "yet"
    assert write(folder) == folder / "notes" / "call-fabrikam.toml"
    report = examined(folder)
    assert (report.mistakes, report.warnings, report.entries, report.rules) == ((), (), 1, 1)
    advice = KnowledgeBase.load(folder).advice(exchange(REPLY, host="mx1.fabrikam.example"))
    assert (advice.title, advice.meaning) == ("Fabrikam: call Anna", "We know this host.")
    assert (advice.match.step, advice.match.category, advice.match.confidence) == ("own note", "blocked", "sure")
    assert advice.checks, "the general guidance of the cause stays"


def test_the_same_words_with_another_mailbox_and_number_are_meant_too(tmp_path: Path) -> None:
    write(tmp_path)
    other = "550 5.7.1 <carl@fabrikam.example>: Refused by our policy, ticket 815"
    assert title(tmp_path, other, "mx1.fabrikam.example") == "Fabrikam: call Anna"


@pytest.mark.parametrize(
    ("reply", "host"),
    [
        (REPLY, "mx2.fabrikam.example"),
        (REPLY.replace("550", "450"), "mx1.fabrikam.example"),
        ("550 5.1.1 User unknown", "mx1.fabrikam.example"),
    ],
)
def test_other_hosts_codes_and_words_are_not_meant(tmp_path: Path, reply: str, host: str) -> None:
    write(tmp_path)
    assert title(tmp_path, reply, host) != "Fabrikam: call Anna"


def test_without_a_host_the_words_count_wherever_they_come_from(tmp_path: Path) -> None:
    write(tmp_path, remote_host="")
    assert title(tmp_path, REPLY, "mx2.contoso.example") == "Fabrikam: call Anna"


def test_several_replies_are_meant_by_one_note(tmp_path: Path) -> None:
    write(tmp_path, more_examples=["554 Purple elephants are not welcome", "550 "])
    assert title(tmp_path, "554 purple elephants are not welcome", "mx1.fabrikam.example") == "Fabrikam: call Anna"
    assert title(tmp_path, REPLY, "mx1.fabrikam.example") == "Fabrikam: call Anna"


def test_a_reply_of_a_code_alone_needs_the_host(tmp_path: Path) -> None:
    write(tmp_path, example="550 ")
    assert title(tmp_path, "550 User unknown", "mx1.fabrikam.example") == "Fabrikam: call Anna"
    assert title(tmp_path, "450 User unknown", "mx1.fabrikam.example") != "Fabrikam: call Anna"
    with pytest.raises(KnowledgeError, match="too few words"):
        write(tmp_path, entry_id="other", example="550 ", remote_host="")


@pytest.mark.parametrize("example", ["", " \n", "550 denied"])
def test_what_would_take_other_replies_too_is_refused(tmp_path: Path, example: str) -> None:
    with pytest.raises(KnowledgeError, match="too few words"):
        write(tmp_path, example=example, remote_host="")
    assert not tmp_path.joinpath("notes").exists()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"entry_id": "Call Fabrikam"}, "note, id"),
        ({"entry_id": "../escape"}, "note, id"),
        ({"entry_id": "greylisted"}, "note, id"),
        ({"title": " \n"}, "note, title"),
        ({"text": "\x1b"}, "note, text"),
        ({"category": "weather"}, "note, category"),
        ({"remote_host": "."}, "note, remote host"),
    ],
)
def test_a_value_that_is_none_is_refused_and_nothing_written(
    tmp_path: Path, changes: dict[str, str], where: str
) -> None:
    with pytest.raises(KnowledgeError) as caught:
        write(tmp_path, **changes)
    assert caught.value.where == where
    assert list(tmp_path.iterdir()) == []


def test_an_entry_is_never_replaced(tmp_path: Path) -> None:
    note_in(tmp_path, name="other.toml")
    before = (tmp_path / "notes" / "other.toml").read_bytes()
    with pytest.raises(KnowledgeError, match="there is an entry 'call-fabrikam' already"):
        write(tmp_path)
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "notes").iterdir()] == [("other.toml", before)]


def test_a_file_of_that_name_is_never_replaced(tmp_path: Path) -> None:
    note_in(tmp_path, "# only a thought\n", "call-fabrikam.toml")
    with pytest.raises(KnowledgeError, match="already exists"):
        write(tmp_path)
    assert [path.read_text() for path in (tmp_path / "notes").iterdir()] == ["# only a thought\n"]


def test_a_note_that_another_one_would_always_answer_is_taken_back(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(KnowledgeError, match="won by own note: call-fabrikam"):
        write(tmp_path, entry_id="later")
    assert [path.name for path in (tmp_path / "notes").iterdir()] == ["call-fabrikam.toml"]


def test_a_folder_with_a_broken_file_tells_that_file(tmp_path: Path) -> None:
    note_in(tmp_path, "[[rule]\n", "broken.toml", "rules")
    with pytest.raises(KnowledgeError, match=r"broken\.toml"):
        write(tmp_path)
    assert list(tmp_path.glob("notes/*")) == []


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("")
    with pytest.raises(KnowledgeError):
        write(tmp_path)


def test_braces_that_are_no_placeholder_become_brackets(tmp_path: Path) -> None:
    write(tmp_path, text="Call {anna} about {remote_host}")
    advice = KnowledgeBase.load(tmp_path).advice(exchange(REPLY, host="mx1.fabrikam.example"))
    assert advice.meaning == "Call (anna) about mx1.fabrikam.example"


def test_an_id_that_is_free_is_made_of_host_and_code() -> None:
    assert note_id((), "MX1.Fabrikam.example", "550") == "note-mx1-fabrikam-example-550"
    taken = ("note-mx1-fabrikam-example-550",)
    assert note_id(taken, "mx1.fabrikam.example", "550") == "note-mx1-fabrikam-example-550-2"
    assert note_id((), "邮箱", "") == "note"


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(max_size=30), text=st.text(max_size=60), reply=st.text(max_size=80), host=st.text(max_size=20))
def test_whatever_is_given_the_note_is_valid_or_there_is_none(
    tmp_path_factory: pytest.TempPathFactory, title: str, text: str, reply: str, host: str
) -> None:
    folder = tmp_path_factory.mktemp("own")
    try:
        path = write(folder, title=title, text=text, example=f"550 {reply}", remote_host=host)
    except KnowledgeError:
        assert list(folder.glob("notes/*")) == []
        return
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    assert written["entry"][0]["id"] == written["rule"][0]["id"] == "call-fabrikam"
