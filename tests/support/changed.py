"""A copy of a frozen value with some fields changed, whether the product made it or a test."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar, cast

import msgspec

Value = TypeVar("Value")


def replace(value: Value, **changes: object) -> Value:
    """`value` with `changes`; raises TypeError for a name that is not one of its fields."""
    if isinstance(value, msgspec.Struct):
        return cast("Value", msgspec.structs.replace(value, **changes))
    return cast("Value", dataclasses.replace(cast("Any", value), **changes))
