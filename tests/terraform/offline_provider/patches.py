"""API Gateway's updates: a list of operations on paths, made from two states."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from tests.terraform.offline_provider.values import State

__all__ = ["patch_operations"]

Operation = dict[str, str]


def patch_operations(prior: State, now: State, changed: Collection[str], names: Mapping[str, str]) -> list[Operation]:
    """What to do to the paths of the changed names. names: Terraform's name -> the path's, where it isn't camelCase."""
    found: list[Operation] = []
    for name in sorted(set(changed) - {"tags", "tags_all"}):
        path = "/" + (names.get(name) or _camel(name))
        before, after = prior.get(name), now.get(name)
        if _is_plain(before) and _is_plain(after) and isinstance(before or after, list):
            found += _members(path, before or [], after or [])
        else:
            found += _differences(path, _single(before), _single(after))
    return found


def _members(path: str, before: list[str], after: list[str]) -> list[Operation]:
    """A list of names: each is a path of its own."""
    gone = [{"op": "remove", "path": f"{path}/{_escape(value)}"} for value in before if value not in after]
    return gone + [{"op": "add", "path": f"{path}/{_escape(value)}"} for value in after if value not in before]


def _differences(path: str, before: Any, after: Any) -> list[Operation]:
    if isinstance(before, dict) and isinstance(after, dict):
        found: list[Operation] = []
        for name in sorted(set(before) | set(after)):
            if before.get(name) != after.get(name):
                # Inside of a map (variables, response parameters) the names are the user's own.
                key = name if re.search(r"[^a-z0-9_]", name) or path == "/variables" else _camel(name)
                found += _differences(f"{path}/{_escape(key)}", before.get(name), after.get(name))
        return found
    if isinstance(after, dict):
        return _differences(path, {}, after)
    if after is None:
        return [{"op": "remove", "path": path}]
    return [{"op": "replace", "path": path, "value": str(after).lower() if isinstance(after, bool) else str(after)}]


def _single(value: Any) -> Any:
    return (value[0] if value else None) if isinstance(value, list) else value


def _is_plain(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
