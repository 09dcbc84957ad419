"""Moves the alias `live`, which all callers name, of all services in one order; and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from jenkins.release.errors import ReleaseError
from services.local.catalog import read_catalog

__all__ = ["LIVE", "Function", "list_order", "move_live", "return_live"]

LIVE = "live"
_ORDER = {"worker": 0, "api": 1, "web": 2}
"""Who is asked by the next one goes first: pages, which people see, go last."""


class Function(NamedTuple):
    """A service's function, and a version of it."""

    name: str
    version: str


def list_order() -> list[str]:
    """The services in the order in which every release moves them."""
    catalog = read_catalog()
    return sorted(catalog, key=lambda service: (_ORDER[catalog[service]["kind"]], service))


def move_live(client: Any, functions: Mapping[str, Function]) -> dict[str, Function]:
    """Points `live` at the given versions, all traffic at once, and gives where it was. client: boto3's of Lambda.

    When one can't be moved, those that were are moved back. Raises ReleaseError, ClientError.
    """
    before = {service: _read(client, functions[service].name) for service in list_order()}
    moved: dict[str, Function] = {}
    try:
        for service, function in before.items():
            moved[service] = function
            _move(client, functions[service])
    except ClientError:
        return_live(client, moved)
        raise
    return before


def return_live(client: Any, before: Mapping[str, Function]) -> None:
    """Points `live` back to where it was, in the opposite order. Raises ClientError."""
    for function in reversed(list(before.values())):
        _move(client, function)


def _read(client: Any, name: str) -> Function:
    alias = client.get_alias(FunctionName=name, Name=LIVE)
    if alias.get("RoutingConfig", {}).get("AdditionalVersionWeights"):
        raise ReleaseError(f"{name}:{LIVE} has weights: somebody is promoting at this moment, or was stopped half way")
    return Function(name, str(alias["FunctionVersion"]))


def _move(client: Any, function: Function) -> None:
    client.update_alias(
        FunctionName=function.name,
        Name=LIVE,
        FunctionVersion=function.version,
        RoutingConfig={"AdditionalVersionWeights": {}},
    )
