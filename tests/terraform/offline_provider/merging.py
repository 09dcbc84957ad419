"""What AWS says, laid over the state of before, so that only a real difference becomes one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.terraform.offline_provider.shapes import find
from tests.terraform.offline_provider.values import Block, State

__all__ = ["is_same", "is_same_json", "merge"]


def merge(block: Block, prior: State, answer: Any, names: Mapping[str, str], *, whole: bool = False) -> State:
    """The state that an answer means. An attribute that is neither computed nor set stays null, unless whole."""
    out = dict(prior)
    for name, entry in block["attributes"].items():
        value = find(answer, name, names)
        if value is None or entry.get("write_only") or name in {"tags", "tags_all"}:
            continue
        value, before = _as_terraform(entry["type"], value), prior.get(name)
        if before in (None, "") and not entry.get("computed") and not (whole and value not in (False, 0, "", [], {})):
            continue
        if before is None and value in ("", [], {}) and entry.get("optional"):
            continue
        out[name] = before if is_same(before, value) else value
    for name, entry in block["block_types"].items():
        value, before = find(answer, name, names), prior.get(name)
        if value is not None and entry["nesting"] != "single" and (before or whole):
            found = value if isinstance(value, list) else [value]
            out[name] = _merge_list(entry["block"], before or [], found, names, whole=whole)
    return out


def _merge_list(
    block: Block, before: list[State], found: list[Any], names: Mapping[str, str], *, whole: bool
) -> list[State]:
    """Every element over the one of before that it is most like: AWS answers in its own order."""
    pairs = _pair(block, before, found, names)
    out: list[tuple[int, State]] = []
    for place, answer in enumerate(found):
        old = pairs.get(place)
        base = _blank(block) if old is None else before[old]
        position = len(before) + place if old is None else old
        out.append((position, merge(block, base, answer, names, whole=whole or old is None)))
    return [state for _, state in sorted(out, key=lambda pair: pair[0])]


def _pair(block: Block, before: list[State], found: list[Any], names: Mapping[str, str]) -> dict[int, int]:
    """Place in the answer -> place before, the likest first."""
    likest = sorted(
        (-_likeness(block, old, answer, names), abs(place - number), place, number)
        for place, answer in enumerate(found)
        for number, old in enumerate(before)
    )
    pairs: dict[int, int] = {}
    for _, _, place, number in likest:
        if place not in pairs and number not in pairs.values():
            pairs[place] = number
    return pairs


def _likeness(block: Block, before: State, answer: Any, names: Mapping[str, str]) -> int:
    values = ((before.get(name), find(answer, name, names)) for name in block["attributes"])
    return sum(1 for mine, theirs in values if mine is not None and is_same(mine, theirs))


def _blank(block: Block) -> State:
    return {**dict.fromkeys(block["attributes"]), **{name: [] for name in block["block_types"]}}


def _as_terraform(kind: Any, value: Any) -> Any:
    """An answer's value in the type of an attribute: dates, JSON documents and lists of pairs are spelled otherwise."""
    if hasattr(value, "isoformat"):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, dict) and kind == "string":
        return json.dumps(value)
    if isinstance(value, dict) and isinstance(kind, list) and kind[0] in {"list", "set"}:
        return [value]
    if isinstance(value, list) and isinstance(kind, list) and kind[0] == "map":  # [{Name, Value}]
        return {pair[key]: pair[content] for pair in value for key, content in [list(pair)[:2]]}
    return value


def is_same_json(one: Any, other: Any) -> bool:
    """Whether two strings are the same JSON document, however they are spelled."""
    if not (isinstance(one, str) and isinstance(other, str) and one[:1] in ("{", "[")):
        return False
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


def is_same(one: Any, other: Any) -> bool:
    """Whether two values mean the same: numbers in any spelling, JSON documents, lists in any order of strings."""
    if one == other or is_same_json(one, other):
        return True
    if isinstance(one, list) and isinstance(other, list) and all(isinstance(each, str) for each in [*one, *other]):
        return sorted(one) == sorted(other)
    if not isinstance(one, bool) and all(isinstance(each, str | int | float) for each in (one, other)):
        try:
            return float(one) == float(other)
        except ValueError:
            return False
    return False
