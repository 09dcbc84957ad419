"""What AWS answers becomes a change only where something is different."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.terraform.offline_provider.merging import is_same, merge
from tests.terraform.offline_provider.patches import patch_operations
from tests.terraform.offline_provider.shapes import tag_map

STRING = {"type": "string", "optional": True}
RULE: dict[str, Any] = {"attributes": {"id": STRING, "days": {"type": "number", "optional": True}}, "block_types": {}}
BLOCK: dict[str, Any] = {
    "attributes": {
        "arn": {"type": "string", "computed": True},
        "created": {"type": "string", "computed": True},
        "description": STRING,
        "open": {"type": "bool", "optional": True},
        "secret_wo": STRING | {"write_only": True},
        "role": STRING,
    },
    "block_types": {"rule": {"nesting": "list", "block": RULE}},
}
PRIOR: dict[str, Any] = {
    "arn": None,
    "created": None,
    "description": None,
    "open": None,
    "secret_wo": None,
    "role": "r",
}


@pytest.mark.parametrize(
    ("one", "other"),
    [("5", 5), (100.5, "100.5"), ('{"a": 1}', '{"a":1}'), (["b", "a"], ["a", "b"]), (None, None)],
)
def test_the_same_in_another_spelling_is_the_same(one: Any, other: Any) -> None:
    assert is_same(one, other)


@pytest.mark.parametrize(("one", "other"), [("a", "b"), (True, 1.5), (["a"], ["a", "a"]), ('{"a": 1}', '{"a": 2}')])
def test_what_differs_is_not_the_same(one: Any, other: Any) -> None:
    assert not is_same(one, other)


def test_what_is_neither_set_nor_computed_stays_null() -> None:
    merged = merge(BLOCK, PRIOR | {"rule": []}, {"Arn": "arn:x", "Description": "of AWS", "SecretWo": "x"}, {})
    assert (merged["arn"], merged["description"], merged["secret_wo"]) == ("arn:x", None, None)


def test_for_an_import_everything_counts() -> None:
    merged = merge(BLOCK, PRIOR | {"rule": []}, {"Description": "of AWS", "Rule": [{"Id": "a"}]}, {}, whole=True)
    assert merged["description"] == "of AWS"
    assert merged["rule"] == [{"id": "a", "days": None}]


def test_a_switch_that_is_off_and_was_turned_on_is_a_change() -> None:
    assert merge(BLOCK, PRIOR | {"open": False, "rule": []}, {"Open": True}, {})["open"] is True


def test_names_of_aws_and_dates_are_translated() -> None:
    answer = {"RoleName": "other", "Created": datetime(2026, 1, 2, tzinfo=UTC)}
    merged = merge(BLOCK, PRIOR | {"rule": []}, answer, {"role": "RoleName"})
    assert (merged["role"], merged["created"]) == ("other", "2026-01-02T00:00:00Z")


def test_elements_in_another_order_keep_theirs() -> None:
    rules = [{"id": "a", "days": 1}, {"id": "b", "days": 2}]
    answer = {"Rule": [{"Id": "b", "Days": 2}, {"Id": "c", "Days": 3}, {"Id": "a", "Days": 9}]}
    merged = merge(BLOCK, PRIOR | {"rule": rules}, answer, {})
    assert merged["rule"][:2] == [{"id": "a", "days": 9}, {"id": "b", "days": 2}]
    assert merged["rule"][2] == {"id": "c", "days": 3}


def test_elements_that_are_gone_are_gone() -> None:
    assert merge(BLOCK, PRIOR | {"rule": [{"id": "a", "days": 1}]}, {"Rule": []}, {})["rule"] == []


@pytest.mark.parametrize(
    "tags",
    [
        [{"Key": "a", "Value": "b"}],
        [{"key": "a", "value": "b"}],
        [{"TagKey": "a", "TagValue": "b"}],
        {"a": "b"},
    ],
)
def test_tags_are_read_in_each_of_aws_spellings(tags: Any) -> None:
    assert tag_map(tags) == {"a": "b"}


def test_patches_name_what_is_new_and_what_goes() -> None:
    prior = {
        "name": "a",
        "binary_media_types": ["image/png"],
        "throttle": [{"rate_limit": 1, "burst_limit": 2}],
        "gone": "x",
    }
    now = {"name": "b", "binary_media_types": ["*/*"], "throttle": [{"rate_limit": 3, "burst_limit": 2}], "gone": None}
    assert patch_operations(prior, now, set(prior), {"throttle": "limits"}) == [
        {"op": "remove", "path": "/binaryMediaTypes/image~1png"},
        {"op": "add", "path": "/binaryMediaTypes/*~1*"},
        {"op": "remove", "path": "/gone"},
        {"op": "replace", "path": "/name", "value": "b"},
        {"op": "replace", "path": "/limits/rateLimit", "value": "3"},
    ]
