"""The documents say what the program does now: commands, keys, fields, formats, settings, exit codes; no dead link."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from smtpscope.app.default_keys import default_keys
from smtpscope.cli.program import cli
from smtpscope.configuration.settings import SETTINGS
from smtpscope.export.events_format import FIELDS
from smtpscope.session import known_formats
from smtpscope.store.filter import filter_fields
from support import import_picture, manual
from support.made_docs import DOCS, MADE_FILES, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MOST_LINES = 120
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("findings/*.md")])


def document(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MADE_FILES, ids=lambda path: path.name)
def test_the_made_parts_are_what_the_program_says(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == MADE_FILES[path](), "run: make docs"


def test_the_readme_fits_on_two_pages() -> None:
    assert len(README.splitlines()) <= MOST_LINES


@pytest.mark.parametrize("name", [each.name for each in known_formats() if not each.name.startswith("converted")])
def test_every_format_is_named_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("command", sorted(set(cli.commands) - {"browse"}))
def test_every_command_is_described(command: str) -> None:
    assert f"\n### smtpscope {command}\n" in document("command-line.md")
    name = command.replace("-", r"\-")
    assert f"\n.SS smtpscope {name}\n" in manual.PATH.read_text(encoding="utf-8")


def test_every_field_of_an_event_is_named() -> None:
    text = document("command-line.md")
    assert [field for field in FIELDS if f"`{field}`" not in text] == []


def test_every_key_of_every_place_is_listed_with_its_action() -> None:
    text = document("keys.md")
    assert [action for action in default_keys() if f"`{action}`" not in text] == [], "run: make docs"


def test_every_filter_field_is_explained() -> None:
    text = document("filter.md")
    assert [each.name for each in filter_fields.FIELDS if f"| `{each.name}:" not in text] == []


def test_every_setting_is_explained() -> None:
    text = document("settings.md")
    assert [name for name in SETTINGS if f"| `{name}` |" not in text] == []


@pytest.mark.parametrize("code", [0, 1, 2, 3, 130])
def test_every_exit_code_is_explained(code: int) -> None:
    assert f"\n| {code} | " in document("command-line.md")
    assert f"\n.B {code}\n" in manual.PATH.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.stem)
def test_every_module_that_a_document_names_exists(page: Path) -> None:
    named = re.findall(r"`([a-z_]+(?:/[a-z_0-9]+)*\.py|[a-z_]+(?:/[a-z_]+)+/)`", page.read_text(encoding="utf-8"))
    places = (ROOT / "tui" / "smtpscope", ROOT, ROOT / "data" / "knowledge")
    assert [name for name in named if not any((place / name).exists() for place in places)] == []


def test_the_picture_has_every_layer_and_every_folder_of_formats() -> None:
    drawn = set(re.findall(r"<text x[^>]*>([^<]+)</text>", import_picture.PATH.read_text(encoding="utf-8")))
    package = ROOT / "tui" / "smtpscope"
    folders = {each.parent.name for each in (*package.glob("*/__init__.py"), *package.glob("reading/*/__init__.py"))}
    assert folders <= drawn


def test_an_import_that_follows_from_others_has_no_arrow() -> None:
    graph = {"app": {"session", "store"}, "session": {"store"}, "store": set[str]()}
    assert import_picture.without_detours(graph) == {"app": {"session"}, "session": {"store"}, "store": set()}
    assert import_picture.ranks(graph) == [["app"], ["session"], ["store"]]


def links(page: Path) -> list[str]:
    """Where the links and pictures of a page lead to, those in code left out."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_link_is_dead(page: Path) -> None:
    dead = []
    for link in links(page):
        place, _, anchor = link.partition("#")
        if not re.match(r"[a-z]+:", link):
            target = page.parent / place if place else page
            if not target.exists() or (anchor and anchor not in anchors(target)):
                dead.append(link)
    assert dead == []


def test_every_document_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page not in reached and page.suffix == ".md" and page.exists():
            reached.add(page)
            waiting += [page.parent / link.partition("#")[0] for link in links(page) if "://" not in link]
    # The first page of the web site is for nobody else.
    assert [page for page in DOCS.rglob("*.md") if page not in reached and page != DOCS / "index.md"] == []


def test_every_picture_of_the_readme_exists() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert len(pictures) == 1
    assert all((ROOT / picture).is_file() for picture in pictures)


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed")
def test_the_manual_page_is_well_formed() -> None:
    checked = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", manual.PATH], capture_output=True, text=True, timeout=60, check=False
    )
    assert checked.stdout + checked.stderr == ""


def test_the_manual_page_has_no_line_that_troff_would_obey() -> None:
    assert manual._roff(".so /etc/passwd") == "\\&.so /etc/passwd"
    assert manual._roff("'quoted' \\fBbold") == "\\(aqquoted\\(aq \\efBbold"
