"""A plan is told by name and number, never by value; what would be lost for good is found."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jenkins.release.changes import GUARDED, describe, find_lost, list_architectures, list_changes, summarize

SECRET = "hunter2"


def make_change(address: str, *actions: str, **values: Any) -> dict[str, Any]:
    """A part of what `terraform show -json` says of a plan."""
    return {
        "address": address,
        "mode": "managed",
        "type": address.split(".")[-2],
        "change": {"actions": list(actions), "before": None, "after": None, **values},
    }


PLAN = {
    "resource_changes": [
        make_change("module.work.aws_sqs_queue.work", "no-op"),
        make_change("data.aws_region.this", "read"),
        make_change(
            "module.api.aws_lambda_function.this",
            "update",
            before={"image_uri": "old", "memory_size": 512, "environment": SECRET},
            after={"image_uri": "new", "memory_size": 512, "environment": SECRET * 2, "architectures": ["arm64"]},
            after_unknown={"version": True, "arn": False},
        ),
        make_change("aws_api_gateway_deployment.this", "create", "delete", before={"id": "1"}, after={}),
        make_change("module.database.aws_db_instance.this", "delete", "create", before={"id": "1"}, after={}),
        make_change("aws_iam_role.new", "create"),
        make_change("aws_iam_role.old", "delete"),
        make_change("aws_iam_role.gone", "forget"),
    ]
}


def test_changes_are_counted_by_what_is_done() -> None:
    assert summarize(list_changes(PLAN)) == {"create": 1, "update": 1, "replace": 2, "destroy": 1, "forget": 1}


def test_a_change_names_attributes_and_no_value() -> None:
    changes = list_changes(PLAN)
    text = describe(changes)

    assert "~ module.api.aws_lambda_function.this: architectures, environment, image_uri, version\n" in text
    assert SECRET not in text + json.dumps([change.attributes for change in changes])


def test_what_goes_stands_first() -> None:
    lines = describe(list_changes(PLAN)).splitlines()

    assert [line.rpartition("<- ")[2] for line in lines[:3]] == [
        "REPLACE",
        "DESTROY",
        "REPLACE, and with it the database",
    ]
    assert describe([]) == "  nothing changes\n"


def test_a_database_that_would_be_replaced_is_lost_unless_somebody_allows_it() -> None:
    changes = list_changes(PLAN)

    assert [change.address for change in find_lost(changes)] == ["module.database.aws_db_instance.this"]
    assert find_lost(changes, ["module.database.aws_db_instance.this"]) == []


@pytest.mark.parametrize("kind", sorted(GUARDED))
@pytest.mark.parametrize("actions", [("delete",), ("delete", "create"), ("create", "delete")])
def test_nothing_that_cannot_be_brought_back_goes_by_the_way(kind: str, actions: tuple[str, ...]) -> None:
    assert find_lost(list_changes({"resource_changes": [make_change(f"{kind}.this", *actions)]}))


def test_architectures_are_those_that_functions_would_run_on() -> None:
    assert list_architectures(PLAN) == {"arm64"}
    assert list_architectures({}) == set()


def test_what_others_changed_is_told_apart() -> None:
    drift = {"resource_drift": [make_change("aws_iam_role.new", "update", before={"path": "/"}, after={"path": "/a/"})]}

    assert [change.attributes for change in list_changes(drift, "resource_drift")] == [("path",)]
    assert list_changes(drift) == ()
