"""The matcher of the bundled folder, extended by a user's own, is the one that all folders together give."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.own_files import ENTRY, HOST_RULE, note_in
from smtpscope.knowledge.files.build import build_matcher, extend_matcher
from smtpscope.knowledge.files.knowledge_files import bundled_folder
from smtpscope.knowledge.matching.matcher import Matcher

WORD_RULE = """
[[rule]]
id = "zork"
category = "spam"
confidence = "likely"
phrases = "@zorks frobnicates"
examples = "550 zork frobnicates"
"""
CODES = """
[[code]]
code = "x.7.600-620"
category = "spam"
words = "zork"
source = "x"
[[code]]
code = "550"
category = "policy"
words = "no"
source = "x"
[[code.vendors]]
vendor = "Zork"
category = "spam"
words = "zork"
source = "x"
signs = ["zork"]
remote_hosts = [".zork.example"]
"""
PROVIDER = '[[provider]]\nname = "Zork"\nsource = "x"\ncodes = "ZRK1 spam\\nTSS04 spam\\nOFR_* blocked"\n'
EXAMPLES = '[[group]]\norigin = "zork"\nreplies = "spam | RCPT | 550 zork frobnicates mumble"\n'


def everything(matcher: Matcher) -> list[object]:
    """What its answers depend on, except for the compiled phrases of a rule."""
    books = [matcher.own, matcher.phrases, matcher.fallback_phrases]
    words = [{word: [(each.order, each.place) for each in found] for word, found in book._by_word.items()}
             for book in books]  # fmt: skip
    return [
        [(book.rules, sorted(book.host_patterns._patterns)) for book in books],
        words,
        matcher.provider_codes.codes,
        list(matcher.codes.by_code.items()),
        matcher.similar.examples,
        sorted(matcher.code_hosts._patterns),
    ]


@pytest.mark.parametrize("words", ["", 'zorks = "zork|zorks"\n', 'zorks = "zork"\nunknown = "frobnicated"\n'])
def test_own_folders_extend_it_as_if_all_were_read_together(tmp_path: Path, words: str) -> None:
    first = note_in(tmp_path / "first", ENTRY + HOST_RULE + (WORD_RULE if words else ""))
    second = note_in(tmp_path / "second", PROVIDER, "x.toml", "providers")
    note_in(second, CODES, "x.toml", "codes")
    note_in(second, EXAMPLES, "x.toml", "examples")
    if words:
        (first / "words.toml").write_text(f"[class]\n{words}", encoding="utf-8")
    bundled = bundled_folder()
    extended = extend_matcher(build_matcher(bundled, ()), bundled, [first, second])
    assert everything(extended) == everything(build_matcher(bundled, [first, second]))
