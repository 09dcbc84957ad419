"""Terraform's values as parameters of an AWS operation, by botocore's model of the operation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from botocore import xform_name

from tests.terraform.offline_provider.values import UNKNOWN, State

__all__ = ["find", "input_shape", "parameters", "tag_map", "to_aws"]


def input_shape(client: Any, operation: str) -> Any:
    """The shape of an operation's input; None when it has none. operation: boto3's name, create_role."""
    model = client.meta.service_model
    return model.operation_model(client.meta.method_to_api_mapping[operation]).input_shape


def parameters(shape: Any, state: State, names: Mapping[str, str], clear: Collection[str] = ()) -> dict[str, Any]:
    """What of a state a structure takes. clear: names that are sent although they are empty, to take a value away."""
    mine = {theirs: ours for ours, theirs in names.items()}
    out: dict[str, Any] = {}
    for member, inner in shape.members.items():
        name = mine.get(member) or xform_name(member)
        if name == "tags" and "tags_all" in state:
            name = "tags_all"
        value = state.get(name, UNKNOWN)
        if value is UNKNOWN or (value in (None, [], {}) and name not in clear):
            continue
        out[member] = to_aws(inner, value, names)
    return out


def to_aws(shape: Any, value: Any, names: Mapping[str, str]) -> Any:
    """A value in a shape's type; null is the type's empty value."""
    kind = shape.type_name
    if kind == "structure":
        only = value[0] if isinstance(value, list) and value else value
        return parameters(shape, only, names) if isinstance(only, dict) else {}
    if kind == "list":
        return _to_list(shape, value, names)
    if kind == "map":
        return {name: to_aws(shape.value, inner, names) for name, inner in (value or {}).items()}
    return _to_scalar(kind, value)


def _to_list(shape: Any, value: Any, names: Mapping[str, str]) -> list[Any]:
    if isinstance(value, dict):  # tags: {name: value} -> [{Key, Value}]
        key, content = list(shape.member.members)[:2]
        return [{key: name, content: inner} for name, inner in value.items()]
    return [to_aws(shape.member, inner, names) for inner in value or []]


def _to_scalar(kind: str, value: Any) -> Any:
    if kind in {"integer", "long"}:
        return int(float(value or 0))
    if kind in {"float", "double"}:
        return float(value or 0)
    if kind == "boolean":
        return bool(value)
    if kind == "blob":
        return value
    return "" if value is None else str(value)


def find(answer: Any, name: str, names: Mapping[str, str]) -> Any:
    """The member of an answer that stands for Terraform's name; None when it isn't there."""
    if not isinstance(answer, dict):
        return None
    if name in names:
        return answer.get(names[name])
    return next((value for member, value in answer.items() if xform_name(member) == name), None)


def tag_map(tags: Any) -> dict[str, str] | None:
    """Tags in any of AWS's spellings as {name: value}; None when there is no such list."""
    if not isinstance(tags, list):
        return tags if isinstance(tags, dict) else None
    found: dict[str, str] = {}
    for tag in tags:
        lower = {name.lower().removeprefix("tag"): value for name, value in tag.items()}
        found[lower["key"]] = lower.get("value") or ""
    return found
