"""How a resource type maps to AWS: a Spec names the operations and whatever the two sides call differently."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.values import State

__all__ = ["Call", "PlanHook", "Spec", "Tagging", "words"]

Call = str | Callable[[Context, State], Any]
"""An operation by boto3's name, or a function of context and state; either gives what AWS answers."""
PlanHook = Callable[[State | None, State, State, Set[str]], None]
"""(prior, planned, configuration, changed names): may set planned values to UNKNOWN."""


@dataclass(frozen=True)
class Tagging:
    """How tags change after creation. key: the member that names the resource; value: Terraform's name for it."""

    tag: str = "tag_resource"
    untag: str = "untag_resource"
    key: str = ""
    value: str = "arn"


@dataclass(frozen=True)
class Spec:
    """One resource type. Names stand in one string, separated by spaces.

    names: Terraform's name -> AWS's, for input and output at any depth; inputs: the same for input only.
    kept: blocks that AWS fills in, and that stay when the configuration has none.
    replace: what makes it anew ("*": any change). quiet: what AWS never sees. unkept: what the emulator forgets.
    patch: API Gateway's kind of update; unpatched: what an operation of `update` sends instead.
    """

    service: str
    create: Call
    read: Call
    delete: Call | None = None
    update: tuple[Call, ...] = ()
    patch: str = ""
    unpatched: str = ""
    path: str = "@"
    names: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    by_operation: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    id: str = "{id}"
    kind: str = ""
    kept: str = ""
    replace: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    quiet: str = ""
    unkept: str = ""
    tagging: Tagging | None = None
    retag: Callable[[Context, State], None] | None = None
    tags: Callable[[Context, State], Any] | None = None
    plan: PlanHook | None = None
    before: Callable[[Context, str, dict[str, Any], State], None] | None = None
    after: Callable[[Context, State, Set[str]], None] | None = None
    complete: Callable[[Context, State, Any], None] | None = None

    def renamed(self, operation: Call) -> dict[str, str]:
        """Terraform's name -> AWS's for the input of an operation."""
        own = self.by_operation.get(operation, {}) if isinstance(operation, str) else {}
        return {**self.names, **self.inputs, **own}


def words(text: str) -> frozenset[str]:
    """The names in a string."""
    return frozenset(text.split())
