from __future__ import annotations

from pathlib import Path

import pytest

from smtpscope.cli.streams import Target, say, talk
from smtpscope.errors import ExportError, FilterError, LogError


def test_an_error_is_told_with_where_what_and_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    say(LogError(where="a.evtx", what="it is cut off", remedy="Copy it again"))
    say(LogError(where="a.evtx", what="it is cut off", remedy="Did you mean b.evtx?"))
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        "smtpscope: a.evtx: it is cut off. Copy it again.\nsmtpscope: a.evtx: it is cut off. Did you mean b.evtx?\n"
    )


def test_talk_is_one_harmless_line(capsys: pytest.CaptureFixture[str]) -> None:
    talk("a\x1b[31m\r\nb\u202e")
    assert capsys.readouterr().err == "smtpscope: a\\x1b[31m\\r\\nb\\u202e\n"


@pytest.mark.parametrize(
    ("text", "wrong", "caret"),
    [
        ("550 hst:x", (4, 7), "    ^^^"),
        # Each of the three takes two cells, and an escape takes four.
        ("日本語 hst:x", (4, 7), "       ^^^"),
        ("\x1b hst:x", (2, 5), "     ^^^"),
        ("hst:", (4, 4), "    ^"),
    ],
)
def test_the_caret_stands_under_what_is_wrong(
    capsys: pytest.CaptureFixture[str], text: str, wrong: tuple[int, int], caret: str
) -> None:
    say(FilterError(text=text, start=wrong[0], end=wrong[1], what="not a field", remedy="Write host:"))
    assert capsys.readouterr().err.splitlines()[1] == f"  {caret}"


def test_the_filter_that_was_meant_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    say(FilterError(text="hst:x", start=0, end=3, what="no", remedy="Look", suggestion="host:x"))
    assert capsys.readouterr().err.splitlines()[-1] == "smtpscope: did you mean: host:x"


def test_what_cannot_be_encoded_is_printed_as_an_escape(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    Target().put("häßlich \ud800\n")
    assert capfdbinary.readouterr().out == "häßlich \\ud800\n".encode()


def test_a_folder_is_no_file_to_write_whatever_may_be_replaced(tmp_path: Path) -> None:
    for overwrite in (False, True):
        with pytest.raises(ExportError, match="this is a folder"):
            Target(tmp_path, overwrite).check()
