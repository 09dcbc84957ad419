"""Terraform's values as Python has them: JSON's types, and one for what isn't known before apply."""

from __future__ import annotations

import json
from typing import Any, Final, Self

__all__ = ["UNKNOWN", "Block", "ProviderError", "State", "has_unknown", "normalize", "promise", "without_unknown"]

State = dict[str, Any]
"""A resource's attributes and blocks by name."""
Block = dict[str, Any]
"""A schema's block: {"attributes": {name: {type, required…}}, "block_types": {name: {nesting, max, block}}}."""


class ProviderError(Exception):
    """What a person did wrong, or what can't be done; the message stands alone."""


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


UNKNOWN: Final = _Unknown()
"""There is one: compare with `is`."""


def has_unknown(value: Any) -> bool:
    """Whether anything in a value isn't known yet."""
    if isinstance(value, dict):
        return any(has_unknown(inner) for inner in value.values())
    return any(has_unknown(inner) for inner in value) if isinstance(value, list) else value is UNKNOWN


def without_unknown(value: Any) -> Any:
    """The value with null for whatever isn't known yet."""
    if isinstance(value, dict):
        return {name: without_unknown(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_unknown(inner) for inner in value]
    return None if value is UNKNOWN else value


def promise(planned: Any, found: Any) -> Any:
    """What was planned, and what was found where the plan left it open: a known planned value can't change."""
    if not has_unknown(planned):
        return planned
    if isinstance(planned, dict) and isinstance(found, dict):
        return {name: promise(inner, found.get(name)) for name, inner in planned.items()}
    if isinstance(planned, list) and isinstance(found, list) and len(planned) == len(found):
        return [promise(inner, other) for inner, other in zip(planned, found, strict=True)]
    return without_unknown(found)


def normalize(block: Block, value: Any) -> Any:
    """Exactly the schema's attributes in its types; an absent list or set block is [], a single one null."""
    if value is None or value is UNKNOWN:
        return value
    out: State = {name: _typed(entry["type"], value.get(name)) for name, entry in block["attributes"].items()}
    for name, entry in block["block_types"].items():
        inner = value.get(name)
        if entry["nesting"] == "single" or inner is UNKNOWN:
            out[name] = normalize(entry["block"], inner)
            continue
        out[name] = [normalize(entry["block"], each) for each in inner or []]
        if entry["nesting"] == "set":
            out[name].sort(key=_spelled)
    return out


def _typed(kind: Any, value: Any) -> Any:
    if value is None or value is UNKNOWN:
        return value
    if isinstance(kind, str):
        return _primitive(kind, value)
    outer, inner = kind
    if outer == "object":
        return {name: _typed(each, value.get(name)) for name, each in inner.items()}
    if outer == "map":
        return {name: _typed(inner, each) for name, each in value.items()}
    items = [_typed(inner, each) for each in (value if isinstance(value, list | tuple | set) else [value])]
    if outer != "set":
        return items
    if not has_unknown(items):  # two unknown values are two: they are never folded
        items = list({_spelled(each): each for each in items}.values())
    return sorted(items, key=_spelled)


def _primitive(kind: str, value: Any) -> Any:
    if kind == "string":
        return value if isinstance(value, str) else str(value)
    if kind == "bool":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if isinstance(value, float):  # numbers are decimals of any length: 0.1 must never travel as a float
        return int(value) if value.is_integer() else repr(value)
    return value


def _spelled(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)
