"""docs/imports.svg: which part of the package imports which, drawn from the import graph.

An arrow that follows from others is left out: where app imports session and session imports store, there is no arrow
from app to store. The layers are those of the import contract in pyproject.toml, from top to bottom.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

import grimp

ROOT: Final = Path(__file__).parents[2]
PATH: Final = ROOT / "docs" / "imports.svg"
PACKAGE: Final = "smtpscope"
ZOOMED: Final = "reading"
"""The part whose own parts are drawn, too: it has the most."""

_STYLE: Final = """\
<style>
rect{fill:#eef2fb;stroke:#3b5ba5}
rect.inner{fill:#eaf6ee;stroke:#2f7d4f}
text{text-anchor:middle;fill:#1b1b1b}
path{fill:none;stroke:#777;stroke-width:1.2;marker-end:url(#tip)}
.title{font-weight:bold}
</style>"""

Graph = Mapping[str, set[str]]
"""What each part imports."""

_LETTER, _HEIGHT, _GAP, _ROW, _MARGIN = 8, 30, 18, 62, 20


@dataclass(frozen=True, slots=True)
class Box:
    """A part with its left upper corner and its width in pixels."""

    name: str
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def parts_of(package: str) -> Graph:
    """The modules and packages directly in `package`, each with those of them that it imports."""
    graph = grimp.build_graph(PACKAGE)
    parts = {each.rpartition(".")[2]: each for each in graph.find_children(package)}
    members = {name: {each, *graph.find_descendants(each)} for name, each in parts.items()}
    owner = {module: name for name, modules in members.items() for module in modules}
    found: dict[str, set[str]] = {name: set() for name in parts}
    for module, name in owner.items():
        imported = {owner[each] for each in graph.find_modules_directly_imported_by(module) if each in owner}
        found[name] |= imported - {name}
    return found


def packages_only(graph: Graph, package: str) -> Graph:
    """The folders of `package`, without the modules beside them."""
    folder = ROOT / "tui" / package.replace(".", "/")
    kept = {name for name in graph if (folder / name).is_dir()}
    return {name: graph[name] & kept for name in kept}


def without_detours(graph: Graph) -> Graph:
    """The graph without the imports that follow from others. It must have no circle."""
    reached: dict[str, set[str]] = {}

    def below(name: str) -> set[str]:
        if name not in reached:
            reached[name] = set()
            reached[name] = graph[name].union(*map(below, graph[name]))
        return reached[name]

    return {
        name: {each for each in imported if not any(each in below(other) for other in imported - {each})}
        for name, imported in graph.items()
    }


def layers() -> list[list[str]]:
    """The layers of the contract, from the one that imports all others downward."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        contracts = tomllib.load(stream)["tool"]["importlinter"]["contracts"]
    (rows,) = (each["layers"] for each in contracts if each["type"] == "layers" and each["containers"] == [PACKAGE])
    return [[name.strip() for name in row.replace(":", "|").split("|")] for row in rows]


def ranks(graph: Graph) -> list[list[str]]:
    """The parts in ranks: each after all that import it."""
    importers = {name: {each for each in graph if name in graph[each]} for name in graph}
    depth: dict[str, int] = {}

    def depth_of(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max(map(depth_of, importers[name]), default=-1)
        return depth[name]

    rows: dict[int, list[str]] = {}
    for name in sorted(graph):
        rows.setdefault(depth_of(name), []).append(name)
    return [rows[each] for each in sorted(rows)]


def in_rows(rows: Iterable[Iterable[str]], left: float, top: float, width: float) -> dict[str, Box]:
    """A box for each name, the rows one below the other and each centred in `width`."""
    boxes = {}
    for number, row in enumerate(rows):
        names = list(row)
        widths = [_width(name) for name in names]
        x = left + (width - sum(widths) - _GAP * (len(names) - 1)) / 2
        for name, wide in zip(names, widths, strict=True):
            boxes[name] = Box(name, x, top + number * _ROW, wide)
            x += wide + _GAP
    return boxes


def in_columns(columns: Iterable[Iterable[str]], left: float, top: float, height: float) -> dict[str, Box]:
    """A box for each name, the columns beside each other and each centred in `height`."""
    boxes = {}
    for column in columns:
        names = list(column)
        wide = max(map(_width, names))
        y = top + (height - len(names) * _HEIGHT - (len(names) - 1) * _GAP) / 2
        for name in names:
            boxes[name] = Box(name, left, y, wide)
            y += _HEIGHT + _GAP
        left += wide + 90
    return boxes


def _width(name: str) -> float:
    return max(70, len(name) * _LETTER + 24)


def arrows_down(graph: Graph, boxes: Mapping[str, Box]) -> Iterator[str]:
    """A curve from each importer down to what it imports."""
    for name in sorted(graph):
        for imported in sorted(graph[name]):
            start, end = boxes[name], boxes[imported]
            top, bottom = start.y + _HEIGHT, end.y - 2
            # An arrow past other rows swings aside, so that their boxes do not hide it.
            swing = 0 if bottom - top <= _ROW else 60 + (bottom - top) / 4
            yield _curve(
                (start.middle, top),
                (start.middle + swing, top + 24),
                (end.middle + swing, bottom - 24),
                (end.middle, bottom),
            )


def arrows_right(graph: Graph, boxes: Mapping[str, Box]) -> Iterator[str]:
    """A curve from each importer to what it imports on its right."""
    for name in sorted(graph):
        for imported in sorted(graph[name]):
            start, end = boxes[name], boxes[imported]
            right, y, to = start.x + start.width, start.y + _HEIGHT / 2, end.y + _HEIGHT / 2
            yield _curve((right, y), (right + 60, y), (end.x - 60, to), (end.x - 2, to))


def _curve(*points: tuple[float, float]) -> str:
    first, *others = (f"{x:.0f} {y:.0f}" for x, y in points)
    return f'<path d="M{first} C{" ".join(others)}"/>'


def drawn(boxes: Iterable[Box], kind: str) -> Iterator[str]:
    for box in boxes:
        size = f'x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{_HEIGHT}"'
        yield f'<rect class="{kind}" {size} rx="5"/>'
        yield f'<text x="{box.middle:.0f}" y="{box.y + 20:.0f}">{escape(box.name)}</text>'


def picture() -> str:
    """The whole picture as SVG."""
    package = without_detours(parts_of(PACKAGE))
    zoomed = without_detours(packages_only(parts_of(f"{PACKAGE}.{ZOOMED}"), f"{PACKAGE}.{ZOOMED}"))
    rows = [[name for name in row if name in package] for row in layers()]
    left = in_rows(rows, _MARGIN, 60, 300)
    height = max(box.y for box in left.values()) + _HEIGHT + _MARGIN
    right = in_columns(ranks(zoomed), 370, 60, height - 60 - _MARGIN)
    width = max(box.x + box.width for box in right.values()) + _MARGIN
    size = f"{width:.0f} {height:.0f}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" font-family="sans-serif" font-size="13">',
        _STYLE,
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 L8 4 L0 8 z" style="fill:#777;stroke:none;marker-end:none"/></marker></defs>',
        f'<rect x="0" y="0" width="{width:.0f}" height="{height:.0f}" style="fill:#fff;stroke:none"/>',
        f'<text class="title" x="{_MARGIN + 150}" y="30">{PACKAGE}</text>',
        f'<text class="title" x="{(370 + width) / 2:.0f}" y="30">{PACKAGE}.{ZOOMED}</text>',
        *arrows_down(package, left),
        *arrows_right(zoomed, right),
        *drawn(left.values(), "outer"),
        *drawn(right.values(), "inner"),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
