"""Words, host names and codes in the bundled knowledge files: public, since everybody who has the program has them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from smtpscope.knowledge.files.knowledge_files import WORDS_FILE, bundled_folder, read_providers
from smtpscope.knowledge.files.pickle_cache import kept
from smtpscope.knowledge.matching.provider_codes import ProviderCodes, codes_of

# Examples and counter-examples are left out: the names in them are made up, and somebody may have them.
_PUBLIC_KEYS: Final = frozenset(
    {"phrases", "unless", "meaning", "actions", "causes", "title", "avoid", "what", "who_note", "reading", "words"}
    | {"duration_note", "ignore_when", "over_when", "ask", "no", "yes", "why", "command", "id", "category", "entry"}
    | {"note", "name", "follows", "means", "provider"}
)
EXAMPLE_NAMES: Final = frozenset(
    {"contoso", "fabrikam", "adatum", "litware", "northwind", "proseware", "wingtip", "tailspin", "ann", "anna", "bob"}
    | {"berta", "carol", "carla", "dave", "alice", "eve", "frank", "mallory", "smith", "jones", "otto", "emil", "max"}
    | {"erika", "mueller", "moritz", "michael", "bill", "joe"}
)
_WORD: Final = re.compile(r"[^\W_]{2,}")
_DOTTED: Final = re.compile(r"(?<![\w@.-])[\w-]+(?:\.[\w-]+)+(?![\w@-])")
_PLACEHOLDER: Final = re.compile(r"\{[a-z_]+\}")
_URL: Final = re.compile(r"https?://[\w./-]+")
_EXAMPLE_SITE: Final = re.compile(r"(?:^|\.)example(?:\.|$)")


class PublicVocabulary(NamedTuple):
    """`words` and `sites` (host names and other dotted names) in lower case; `codes` are those of providers."""

    words: frozenset[str]
    sites: frozenset[str]
    codes: ProviderCodes


@cache
def public_vocabulary() -> PublicVocabulary:
    """The vocabulary of the bundled files; the user's own knowledge is none of it."""
    folder = bundled_folder()
    return kept("public-vocabulary", folder, lambda: _vocabulary(folder))


def _vocabulary(folder: Path) -> PublicVocabulary:
    words: set[str] = set()
    sites: set[str] = set()
    for path in sorted(folder.rglob("*.toml")):
        file = tomllib.loads(path.read_text("utf-8"))
        for key, text in _texts(file, "words" if path.name == WORDS_FILE else ""):
            for url in map(urlsplit, _URL.findall(text)):
                if not _EXAMPLE_SITE.search(url.hostname or ""):
                    sites.update((url.hostname or "", *(name.lower() for name in _DOTTED.findall(url.path))))
                    words.update(part.casefold() for part in _WORD.findall(url.path))
            if key in _PUBLIC_KEYS:
                plain = _PLACEHOLDER.sub(" ", text)
                words.update(word.casefold() for word in _WORD.findall(plain))
                sites.update(name.lower() for name in _DOTTED.findall(plain))
    known = frozenset(site for site in sites if not _EXAMPLE_SITE.search(site))
    codes = ProviderCodes(code for _, provider in read_providers(folder) for code in codes_of(provider))
    return PublicVocabulary(frozenset(words) - EXAMPLE_NAMES, known, codes)


def _texts(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """Key and text of each string in `value`; in the file of words every key is `words`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, "words" if key == "words" else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, str):
        yield key, value
