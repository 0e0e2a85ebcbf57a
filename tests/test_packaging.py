"""What the wheel and the source distribution hold, as pyproject.toml says it, and what belongs to neither."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from smtpscope import __version__

ROOT = Path(__file__).parents[1]

with (ROOT / "pyproject.toml").open("rb") as stream:
    TOOL = tomllib.load(stream)["tool"]
TARGETS = TOOL["hatch"]["build"]["targets"]
SOURCES = [name.removeprefix("/") for name in TARGETS["sdist"]["include"]]


def test_all_that_is_packaged_exists() -> None:
    named = [*SOURCES, *TARGETS["wheel"]["packages"], *TARGETS["wheel"]["force-include"]]
    assert [name for name in [*named, *TARGETS["wheel"]["shared-data"]] if not (ROOT / name).exists()] == []


def test_what_the_makefile_needs_is_in_the_source_distribution() -> None:
    packed = set(SOURCES)
    needed = {"Makefile", "requirements", "scripts", "tests", "bench", "docs", "man", "data", "screenshots"}
    assert needed <= packed


def test_findings_are_in_no_package_and_no_test() -> None:
    packed = [*SOURCES, *TARGETS["wheel"]["packages"], *TARGETS["wheel"]["force-include"]]
    assert "findings" not in packed
    # README.md alone would be findings/README.md as well.
    assert [name for name in TARGETS["sdist"]["include"] if not name.startswith("/")] == []
    assert "findings" not in TOOL["pytest"]["ini_options"]["testpaths"]


def test_the_manual_page_is_where_man_looks_for_it() -> None:
    assert TARGETS["wheel"]["shared-data"] == {"man/smtpscope.1": "share/man/man1/smtpscope.1"}


def test_the_version_has_a_section_in_the_change_log() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[([^\]]+)\] - \d{4}-\d\d-\d\d$", changes, re.MULTILINE)
    assert released[0] == __version__
    assert changes.index("## [Unreleased]") < changes.index(f"## [{__version__}]")
