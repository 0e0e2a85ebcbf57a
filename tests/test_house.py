"""The house: how large its rooms and parts may be, and that no name means two things."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import smtpscope

ROOT = Path(smtpscope.__file__).parent
CONTRIBUTING = Path(__file__).parents[1] / "CONTRIBUTING.md"
LONGEST_MODULE = 400
LONGEST_CLASS = 250
"""Lines, with all bases of ours counted in."""
MOST_MODULES = 16
"""In one folder; above it there are two subjects."""


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


@cache
def classes() -> tuple[tuple[Path, ast.ClassDef], ...]:
    return tuple(
        (module, node)
        for module in modules()
        for node in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    )


def test_no_module_is_longer_than_a_reader_can_hold_in_mind() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_class_is_a_god_neither_alone_nor_with_its_bases() -> None:
    found = {node.name: node for _, node in classes()}

    def lines(name: str) -> int:
        node = found.get(name)
        if node is None:
            return 0
        own = (node.end_lineno or node.lineno) - node.lineno + 1
        return own + sum(lines(ast.unparse(base).partition("[")[0]) for base in node.bases)

    long = {name: lines(name) for name in found if lines(name) > LONGEST_CLASS}
    assert long == {}, f"a class and its bases have at most {LONGEST_CLASS} lines: move a second idea out of it"


def test_a_folder_has_one_subject() -> None:
    counts = Counter(path.parent.relative_to(ROOT).as_posix() for path in modules() if path.name != "__init__.py")
    assert {folder: count for folder, count in counts.items() if count > MOST_MODULES} == {}


def test_no_public_class_has_a_name_twice() -> None:
    places = defaultdict(list)
    for module, node in classes():
        if not node.name.startswith("_"):
            places[node.name].append(module.relative_to(ROOT).as_posix())
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_no_module_has_a_name_twice() -> None:
    counts = Counter(path.stem for path in modules() if path.stem not in ("__init__", "__main__"))
    assert [name for name, count in counts.items() if count > 1] == []


def test_every_package_says_what_it_is_for() -> None:
    for package in ROOT.rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))), package


def test_the_glossary_names_what_the_code_has() -> None:
    """Each word of the glossary that is set as code is a class or a module of the package."""
    text = CONTRIBUTING.read_text(encoding="utf-8")
    glossary = text.partition("## Glossary")[2].partition("\n## ")[0]
    terms = re.findall(r"^\| `([A-Za-z_]+)` \|", glossary, re.MULTILINE)
    known = {node.name for _, node in classes()} | {path.stem for path in modules()}
    assert len(terms) >= 20
    assert [term for term in terms if term not in known] == []
