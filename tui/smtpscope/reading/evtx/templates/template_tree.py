"""A template of binary XML: a tree of elements with slots for the values of a record."""

from __future__ import annotations

from msgspec import Struct


class UnreadableError(Exception):
    """The binary XML can't be understood; the message says why, in a few words."""


class Slot(Struct, frozen=True):
    """The slot for value number `index` of a record; if an optional one is null, its element is left out."""

    index: int
    optional: bool


Part = str | Slot


class TemplateElement(Struct, frozen=True):
    """An element of a template. `depends_on` is the value without which it is left out, or None."""

    name: str
    attributes: tuple[tuple[str, tuple[Part, ...]], ...]
    children: tuple[TemplateElement | Part, ...]
    depends_on: int | None

    def child(self, name: str) -> TemplateElement | None:
        """The first element of that name directly below."""
        return next((child for child in self.elements() if child.name == name), None)

    def elements(self) -> tuple[TemplateElement, ...]:
        return tuple(child for child in self.children if isinstance(child, TemplateElement))

    def attribute(self, name: str) -> tuple[Part, ...]:
        return next((parts for key, parts in self.attributes if key == name), ())
