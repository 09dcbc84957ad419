"""IAM policies as documents, out of what `terraform test` applied, and what none of them may say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.terraform.wide import BEGINNINGS, DATA, OWN_RESOURCE, STATEMENTS, UNNARROWABLE

State = dict[str, Any]
Statement = dict[str, Any]

POLICY_ATTRIBUTES = ("policy", "assume_role_policy", "inline_policy", "access_policy")

INSTANCE = re.compile(r"\[.*?\]$")


class Policy(NamedTuple):
    """A document that an applied resource has. address: with its modules."""

    address: str
    kind: str
    attribute: str
    document: dict[str, Any]

    @property
    def name(self) -> str:
        """The resource without its modules and its instance: aws_iam_policy.apply."""
        return INSTANCE.sub("", self.address[self.address.rindex(f"{self.kind}.") :])

    @property
    def where(self) -> str:
        """For a person."""
        return f"{self.address} ({self.attribute})"


def read_policies(state: State) -> list[Policy]:
    """Every policy document of a state, those of modules within modules too."""
    return [policy for resource in walk_resources(state["root_module"]) for policy in _read(resource)]


def walk_resources(module: State) -> Iterator[State]:
    """Every managed resource of a module and of those within it."""
    yield from (one for one in module.get("resources", ()) if one["mode"] == "managed")
    for inner in module.get("child_modules", ()):
        yield from walk_resources(inner)


def judge_policy(policy: Policy) -> Iterator[str]:
    """What is wrong with it, a line each."""
    for statement in _list(policy.document.get("Statement", [])):
        if statement.get("Effect") not in {"Allow", "Deny"}:
            yield f"{policy.where}: Effect is {statement.get('Effect')!r}"
        if statement.get("Effect") != "Deny":
            yield from (f"{policy.where}: {finding}" for finding in _judge(policy, statement))


def _judge(policy: Policy, statement: Statement) -> Iterator[str]:
    for word in ("NotAction", "NotResource", "NotPrincipal"):
        if word in statement:
            yield f"{word} allows what nobody has listed"
    actions = _list(statement.get("Action", []))
    yield from (f"the action {action}" for action in actions if not _is_named(policy, action))
    if "*" in _list(statement.get("Resource", [])):
        yield from (f"{action} on every resource" for action in actions if not _may_be_wide(policy, statement, action))
    if _is_for_everybody(statement) and not statement.get("Condition") and policy.kind != "aws_api_gateway_rest_api":
        yield f"{', '.join(actions)} for everybody"


def _is_named(policy: Policy, action: str) -> bool:
    """Without a star, or by a beginning where the list has that policy."""
    return "*" not in action or (policy.name in BEGINNINGS and re.fullmatch(r"[\w-]+:[A-Z]\w+\*", action) is not None)


def _may_be_wide(policy: Policy, statement: Statement, action: str) -> bool:
    if policy.kind in OWN_RESOURCE or action in UNNARROWABLE:
        return True
    return (policy.name, statement.get("Sid")) in STATEMENTS and action not in DATA


def _is_for_everybody(statement: Statement) -> bool:
    principal = statement.get("Principal")
    return principal == "*" or (isinstance(principal, dict) and "*" in _list(principal.get("AWS", [])))


def _read(resource: State) -> Iterator[Policy]:
    for attribute in POLICY_ATTRIBUTES:
        text = resource["values"].get(attribute)
        for one in _list(text if text is not None else []):
            document = _parse(one.get("policy") if isinstance(one, dict) else one)
            if document is not None:
                yield Policy(resource["address"], resource["type"], attribute, document)


def _parse(text: object) -> dict[str, Any] | None:
    """None for what is no document: an attribute that nobody set has a word that was made up."""
    if not isinstance(text, str) or not text.lstrip().startswith("{"):
        return None
    document = json.loads(text)
    return document if "Statement" in document else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
