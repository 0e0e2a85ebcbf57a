"""The places of signs that numpy leaves over: none is lost, and few others are among them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpscope.reading.mail_servers.servers import SERVERS, any_sign
from smtpscope.reading.mail_servers.signs.sign_beginning import LONGEST, beginning_of
from smtpscope.reading.mail_servers.signs.sign_search import SignPlaces, SignSearch, sign_search
from smtpscope.reading.text.encodings import TextBlock, detect
from support.mail_logs import exim_parts, postfix_parts, sample, sendmail_parts

SIGNS = [sign for server in SERVERS for sign in server.signs]
LOGS = {"postfix": postfix_parts, "exim": exim_parts, "sendmail": sendmail_parts}
WORDS = [re.sub(r"\\(.)|[\[\](){}?!:|]", r"\1", sign) for sign in SIGNS]
PIECES = st.sampled_from([" ", "\n", "<", ">... ", "stat=", "Sent", "queued", "Sen", "4", "5", "b", "Ā", "é", *WORDS])


def wanted(data: bytes) -> list[int]:
    text = data.decode("latin-1")
    return [at for at in range(len(text)) if any_sign().match(text, at)]


def found(data: bytes) -> list[int]:
    block = TextBlock(data, start=0, encoding=detect(b"plain text"), final=True)
    places = SignPlaces(block, any_sign(), sign_search())
    found = []
    begin = 0
    while (place := places.next(begin, len(data))) is not None:
        found.append(place)
        begin = place + 1
    return found


@given(st.lists(PIECES, max_size=60))
def test_no_sign_is_lost(pieces: list[str]) -> None:
    data = "".join(pieces).encode()
    assert found(data) == wanted(data)


@given(st.binary(max_size=60), st.sampled_from(WORDS), st.binary(max_size=30))
def test_no_sign_among_any_bytes_is_lost(before: bytes, word: str, behind: bytes) -> None:
    data = before + b" " + word.encode() + behind
    assert found(data) == wanted(data)


@pytest.mark.parametrize("name", LOGS)
def test_few_other_places_are_left_over(name: str) -> None:
    data = sample(LOGS[name](1)) * 2
    assert found(data) == wanted(data)
    assert len(sign_search().places(data)) < 2 * len(wanted(data))


def test_a_place_must_be_before_the_end() -> None:
    text = b"a said: 550 b" + b" " * LONGEST
    places = SignPlaces(TextBlock(text, start=0, encoding=detect(text), final=True), any_sign(), sign_search())
    assert places.next(0, len("a said:")) is None


def test_beginnings_go_as_far_as_there_is_no_doubt() -> None:
    def shown(sign: str) -> list[str]:
        return ["".join(map(chr, sorted(place))) for place in beginning_of(sign).places]

    assert shown(r"\[a\]b?") == ["[", "a", "]"]
    assert shown("ab+c") == ["a"]
    assert shown("a(?:b|c)") == ["a"]
    assert shown("a[bc]{2,3}dd") == ["a", "bc", "bc", "bcd"]
    assert shown("a[bc]{2,3}d?") == ["a", "bc", "bc"]
    assert shown("a.b") == ["a"]
    assert shown("a" * 20) == ["a"] * LONGEST
    assert len(beginning_of("a(?!bc|d)").unless) == 2
    assert beginning_of("a(?!b[c]|d)").unless == ()


def test_any_number_of_signs_can_be_searched_for() -> None:
    signs = [f"{first}{second}x{third}" for first in "abcdef" for second in "ghijkl" for third in "mnopq"]
    search = SignSearch([*signs, "zz(?!y|x)"])
    data = b" agxm agxx fl flxq zzx zzy zza zz" + b" " * LONGEST
    assert [data[place : place + 5] for place in search.places(data)[:4].tolist()] == [
        b" agxm", b" flxq", b" zza ", b" zz  "
    ]  # fmt: skip
