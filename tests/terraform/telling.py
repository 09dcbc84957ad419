"""A resource of a state as lines: made-up words as what they stand for, policies as sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

WORD = re.compile(r"(?<![a-z0-9])[a-z0-9]{8}(?![a-z0-9])")
COMMON = "module.platform."

ELSEWHERE = {
    ("aws_api_gateway_rest_api", "body"): "one entry a route: services/routes.json",
    ("aws_api_gateway_deployment", "triggers"): "a hash of the API",
    ("aws_cloudwatch_dashboard", "dashboard_body"): "widgets",
}
"""Attributes that would bury the rest -> what they are. Their modules' own tests read them."""


def tell_resource(resource: dict[str, Any], shown: dict[str, Any], words: dict[str, str]) -> str:
    """Its address and a line for each thing that is set. words: made-up word -> the attribute that it stands for."""
    lines = [resource["address"].removeprefix(COMMON)]
    for name, value in sorted(shown.items()):
        about = ELSEWHERE.get((resource["type"], name))
        lines += [f"  {name}: ({about})"] if about else [f"  {line}" for line in _flatten(name, _explain(value, words))]
    return "\n".join([*lines, ""])


def _explain(value: Any, words: dict[str, str]) -> Any:
    """The value with what the words stand for. A list whose order hangs on such words is sorted: it is a set."""
    if isinstance(value, dict):
        return {key: _explain(one, words) for key, one in value.items()}
    if isinstance(value, list):
        explained = [_explain(one, words) for one in value]
        return explained if explained == value else sorted(explained, key=lambda one: json.dumps(one, sort_keys=True))
    if not isinstance(value, str):
        return value
    return WORD.sub(lambda found: _name(found[0], words), value)


def _name(word: str, words: dict[str, str]) -> str:
    return f"<{words[word].removeprefix(COMMON)}>" if word in words else word


def _flatten(path: str, value: Any) -> Iterator[str]:
    document = _parse(value)
    if isinstance(document, dict) and "Statement" in document:
        statements = document["Statement"]
        for one in statements if isinstance(statements, list) else [statements]:
            yield f"{path}: {_tell_statement(one)}"
    elif isinstance(value, dict):
        for key, one in sorted(value.items()):
            yield from _flatten(f"{path}.{key}", one)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        blocks = [[line for key, inner in sorted(one.items()) for line in _flatten(key, inner)] for one in value]
        if len(blocks) == 1:
            yield from (f"{path}.{line}" for line in blocks[0])
        else:  # sorted: where they are a set, their order hangs on what was made up
            yield from sorted(f"{path}: {'; '.join(lines)}" for lines in blocks)
    else:
        yield f"{path}: {_tell_value(value)}"


def _tell_value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_tell_value, value))}]"
    return value if isinstance(value, str) and value else json.dumps(value)


def _parse(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith("{"):
        return None
    try:
        return json.loads(value)
    except ValueError:
        return None


def _tell_statement(statement: dict[str, Any]) -> str:
    """Allow Service lambda.amazonaws.com: sts:AssumeRole on … if {…}."""
    who = statement.get("Principal", "")
    named = [f"{kind} {_join(one)}" for kind, one in sorted(who.items())] if isinstance(who, dict) else [str(who)]
    told = " ".join([statement.get("Effect", "?"), *filter(None, named)])
    told += f": {_join(statement.get('Action') or statement.get('NotAction'))}"
    if "Resource" in statement:
        told += f" on {_join(statement['Resource'])}"
    if "Condition" in statement:
        told += f" if {json.dumps(statement['Condition'], sort_keys=True)}"
    return told


def _join(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
