"""Terraform's values: what isn't known, what a schema makes of a value, and what a plan has promised."""

from __future__ import annotations

import copy
from typing import Any

from tests.terraform.offline_provider.values import UNKNOWN, has_unknown, normalize, promise, without_unknown

RULE: dict[str, Any] = {"attributes": {"port": {"type": "number", "optional": True}}, "block_types": {}}
BLOCK: dict[str, Any] = {
    "attributes": {
        "name": {"type": "string", "required": True},
        "ratio": {"type": "number", "optional": True},
        "tags": {"type": ["map", "string"], "optional": True},
        "zones": {"type": ["set", "string"], "optional": True},
    },
    "block_types": {
        "rule": {"nesting": "set", "block": RULE},
        "step": {"nesting": "list", "block": RULE},
        "timeouts": {"nesting": "single", "block": {"attributes": {}, "block_types": {}}},
    },
}


def test_there_is_one_unknown_value() -> None:
    assert copy.deepcopy({"a": [UNKNOWN]})["a"][0] is UNKNOWN


def test_what_is_unknown_is_found_at_any_depth_and_becomes_null() -> None:
    value = {"a": [{"b": UNKNOWN}], "c": 1}
    assert has_unknown(value)
    assert without_unknown(value) == {"a": [{"b": None}], "c": 1}
    assert not has_unknown(without_unknown(value))


def test_a_state_has_exactly_the_attributes_of_its_schema() -> None:
    assert normalize(BLOCK, {"name": 1, "other": 2}) == {
        "name": "1",
        "ratio": None,
        "tags": None,
        "zones": None,
        "rule": [],
        "step": [],
        "timeouts": None,
    }


def test_a_fraction_travels_as_a_decimal() -> None:
    assert normalize(BLOCK, {"name": "a", "ratio": 0.1})["ratio"] == "0.1"
    assert normalize(BLOCK, {"name": "a", "ratio": 5.0})["ratio"] == 5


def test_a_set_has_no_order_and_nothing_twice() -> None:
    assert normalize(BLOCK, {"name": "a", "zones": ["b", "a", "b"]})["zones"] == ["a", "b"]
    rules = [{"port": 2}, {"port": 1}]
    assert normalize(BLOCK, {"name": "a", "rule": rules, "step": rules})["rule"] == [{"port": 1}, {"port": 2}]
    assert normalize(BLOCK, {"name": "a", "rule": rules, "step": rules})["step"] == rules


def test_two_unknown_elements_of_a_set_stay_two() -> None:
    assert normalize(BLOCK, {"name": "a", "zones": [UNKNOWN, UNKNOWN]})["zones"] == [UNKNOWN, UNKNOWN]


def test_a_planned_value_is_kept_and_an_open_one_is_found() -> None:
    planned = {"name": "a", "step": [{"port": 1, "id": UNKNOWN}], "arn": UNKNOWN}
    found = {"name": "b", "step": [{"port": 2, "id": "x"}], "arn": "arn:y"}
    assert promise(planned, found) == {"name": "a", "step": [{"port": 1, "id": "x"}], "arn": "arn:y"}


def test_a_list_of_another_length_is_what_was_found_and_never_unknown() -> None:
    assert promise([UNKNOWN], ["a", "b"]) == ["a", "b"]
    assert promise(UNKNOWN, [UNKNOWN]) == [None]
