"""Reads by an operation that describes many things: one of them is asked for by its name or id."""

from __future__ import annotations

from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.spec import Call
from tests.terraform.offline_provider.values import State

__all__ = ["described", "tag_list"]


def described(service: str, operation: str, argument: str, answer: str, attribute: str = "id") -> Call:
    """A read. argument: what takes the name, as a list when it ends in s; attribute: Terraform's name for it."""

    def read(context: Context, state: State) -> Any:
        name = state[attribute]
        sent = {argument: [name] if argument.endswith("s") else name}
        found = getattr(context.client(service), operation)(**sent)[answer]
        return found[0] if found else None

    return read


def tag_list(tags: dict[str, str] | None) -> list[dict[str, str]]:
    """Tags as AWS mostly wants them."""
    return [{"Key": name, "Value": value} for name, value in (tags or {}).items()]
