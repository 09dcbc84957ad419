"""A plan depends on its input alone, opens what only AWS knows, and says what has to be made anew."""

from __future__ import annotations

from typing import Any

import pytest

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.planning import plan
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import UNKNOWN, Block, State, normalize

STRING = {"type": "string", "optional": True}
COMPUTED = {"type": "string", "computed": True}
TAGS = {"type": ["map", "string"], "optional": True}
BLOCK: Block = {
    "attributes": {
        "id": COMPUTED,
        "arn": COMPUTED,
        "name": STRING | {"computed": True},
        "policy": STRING,
        "size": {"type": "number", "optional": True},
        "force": {"type": "bool", "optional": True},
        "secret_wo": STRING | {"write_only": True},
        "region": STRING | {"computed": True},
        "tags": TAGS,
        "tags_all": TAGS | {"computed": True},
    },
    "block_types": {
        "network": {
            "nesting": "list",
            "max": 1,
            "block": {"attributes": {"subnet": STRING, "vpc": COMPUTED}, "block_types": {}},
        },
        "storage": {"nesting": "list", "max": 1, "block": {"attributes": {"subnet": STRING}, "block_types": {}}},
    },
}
SPEC = Spec("iam", "create_role", "get_role", replace="name", quiet="force", kept="storage", defaults={"size": 3})


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch) -> Context:
    """With a default tag, and no emulator behind it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    return Context({"region": "eu-west-1", "default_tags": [{"tags": {"owner": "tests"}}]})


def _plan(context: Context, config: State, prior: State | None = None, spec: Spec = SPEC) -> tuple[State, list[str]]:
    """As Terraform asks: what is computed and left out is proposed as it was."""
    full: State = normalize(BLOCK, config)
    proposed = dict(full)
    if prior is not None:
        for name, entry in BLOCK["attributes"].items():
            if entry.get("computed") and proposed[name] is None:
                proposed[name] = prior[name]
    return plan(context, spec, BLOCK, prior=prior, proposed=proposed, config=full)


def _made(context: Context, config: State) -> State:
    """The state after an apply."""
    planned, _ = _plan(context, config)
    known: dict[str, Any] = {
        "id": "i",
        "arn": "arn:i",
        "name": planned["name"] if planned["name"] is not UNKNOWN else "n",
    }
    return planned | known


def test_the_same_question_has_the_same_answer(context: Context) -> None:
    assert _plan(context, {"policy": "p"}) == _plan(context, {"policy": "p"})


def test_what_aws_computes_is_open_at_creation_and_defaults_are_not(context: Context) -> None:
    planned, anew = _plan(context, {"network": [{"subnet": "s"}]})
    assert (planned["id"], planned["arn"], planned["name"]) == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert (planned["size"], planned["region"], planned["policy"]) == (3, "eu-west-1", None)
    assert planned["network"] == [{"subnet": "s", "vpc": UNKNOWN}]
    assert anew == []


def test_a_value_that_is_only_written_is_in_no_plan(context: Context) -> None:
    assert _plan(context, {"secret_wo": "hidden"})[0]["secret_wo"] is None


def test_without_a_change_the_plan_is_the_state(context: Context) -> None:
    prior = _made(context, {"name": "a", "policy": "p", "tags": {"part": "x"}})
    assert _plan(context, {"name": "a", "policy": "p", "tags": {"part": "x"}}, prior) == (prior, [])


def test_a_document_in_another_spelling_is_no_change(context: Context) -> None:
    prior = _made(context, {"policy": '{"a": 1, "b": [2]}'})
    assert _plan(context, {"policy": '{"b":[2],"a":1}'}, prior) == (prior, [])


def test_a_change_of_some_arguments_makes_it_anew(context: Context) -> None:
    prior = _made(context, {"name": "a", "policy": "p"})
    assert _plan(context, {"name": "b", "policy": "p"}, prior)[1] == ["name"]
    assert _plan(context, {"name": "a", "policy": "q"}, prior)[1] == []


def test_where_all_arguments_make_it_anew_tags_and_quiet_ones_do_not(context: Context) -> None:
    spec = Spec("iam", "create_role", "get_role", replace="*", quiet="force")
    prior = _made(context, {"policy": "p"}) | {"size": None}
    assert _plan(context, {"policy": "q"}, prior, spec)[1] == ["policy"]
    assert _plan(context, {"policy": "p", "force": True, "tags": {"a": "b"}}, prior, spec)[1] == []


def test_the_providers_tags_lie_under_the_resources_own(context: Context) -> None:
    assert _plan(context, {})[0]["tags_all"] == {"owner": "tests"}
    both = {"owner": "me", "part": "x"}
    assert _plan(context, {"tags": both})[0]["tags_all"] == both
    assert _plan(context, {"tags": UNKNOWN})[0]["tags_all"] is UNKNOWN


def test_a_block_that_aws_filled_in_stays_when_the_configuration_has_none(context: Context) -> None:
    prior = _made(context, {"name": "a"}) | {"storage": [{"subnet": "s"}]}
    assert _plan(context, {"name": "a"}, prior) == (prior, [])


def test_an_ordinary_block_goes_with_the_configuration(context: Context) -> None:
    prior = _made(context, {"name": "a", "network": [{"subnet": "s"}]})
    assert _plan(context, {"name": "a"}, prior)[0]["network"] == []
