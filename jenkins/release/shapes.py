"""Reads JSON into frozen dataclasses: every field is there, none is left over, each has its type."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

__all__ = ["WrongShape", "read_shape"]

T = TypeVar("T")


class WrongShape(ValueError):
    """Something is missing, left over, or of another type. The message begins with where."""


def read_shape(kind: type[T], value: object, where: str = "the record") -> T:
    """The dataclass. Raises WrongShape; what the class's own __post_init__ refuses, too."""
    if not isinstance(value, Mapping):
        raise WrongShape(f"{where} is no object")
    hints = get_type_hints(kind)
    assert is_dataclass(kind)
    names = {field.name for field in fields(kind)}
    if wrong := sorted(names.symmetric_difference(value)):
        raise WrongShape(f"{where} lacks or doesn't know: {', '.join(map(str, wrong))}")
    return kind(**{name: _read(hints[name], value[name], f"{where}, {name}") for name in names})


def _read(kind: Any, value: object, where: str) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        return read_shape(kind, value, where)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is types.UnionType:  # X | None
        return None if value is None else _read(arguments[0], value, where)
    if origin is tuple and isinstance(value, list):
        return tuple(_read(arguments[0], one, where) for one in value)
    if origin in {dict, Mapping} and isinstance(value, Mapping):
        return {str(name): _read(arguments[1], one, f"{where}, {name}") for name, one in value.items()}
    if origin is None and value.__class__ is kind:  # a bool is an int, but no number of ours
        return value
    raise WrongShape(f"{where} is {type(value).__name__}, not {kind}")
