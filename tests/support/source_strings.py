"""The strings of the program's modules and where they are; a module is parsed once for all tests of a process."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Final

from msgspec import Struct

_NOTHING_INSIDE: Final = (ast.Name, ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.alias)
_DOCUMENTED: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class SourceString(Struct, frozen=True):
    """A string, or the bytes of one, from its first `line` on.

    `parts` are more than one in an f-string, with None for a value. `alone`: the string is a statement of its own, as
    docstrings are; `documents`: it is the docstring of a module, a class or a function.
    """

    line: int
    parts: tuple[str | None, ...]
    is_text: bool
    alone: bool = False
    documents: bool = False

    def with_values(self, value: str) -> str:
        """The text, with `value` for each value that is put into it."""
        return "".join(value if part is None else part for part in self.parts)


@cache
def source_strings(path: Path) -> tuple[SourceString, ...]:
    """The strings of the module at `path`, in no order."""
    found: list[SourceString] = []
    waiting: list[tuple[ast.AST, bool, bool]] = [(ast.parse(path.read_text(encoding="utf-8")), False, False)]
    while waiting:
        node, alone, documents = waiting.pop()
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str | bytes):
                found.append(SourceString(node.lineno, (_text(node),), isinstance(node.value, str), alone, documents))
        elif isinstance(node, ast.JoinedStr):
            parts = tuple(_text(part) if isinstance(part, ast.Constant) else None for part in node.values)
            found.append(SourceString(node.lineno, parts, True))
            waiting += [(part, False, False) for part in node.values if not isinstance(part, ast.Constant)]
        else:
            first = node.body[0] if isinstance(node, _DOCUMENTED) and node.body else None
            statement = isinstance(node, ast.Expr)
            # Four times as quick as `ast.walk`, which makes a generator for each node.
            for name in node._fields:
                inner = getattr(node, name, None)
                for each in inner if type(inner) is list else (inner,):
                    if isinstance(each, ast.AST) and not isinstance(each, _NOTHING_INSIDE):
                        waiting.append((each, statement, each is first or (statement and documents)))
    return tuple(found)


def _text(node: ast.Constant) -> str:
    value = node.value
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
