"""The key sync against a real control plane: whatever comes, however often and in whatever order."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from services.key_sync.messages import read_message
from tests.integration.keys.support import Cloud, message, value_of

ONE, TWO, THREE = "a" * 12, "b" * 12, "c" * 12


def values(*key_ids: str) -> dict[str, str]:
    return {key_id: value_of(key_id) for key_id in key_ids}


def test_a_new_key_gets_our_value_and_is_in_the_plan(cloud: Cloud) -> None:
    assert cloud.sync(message(0, new=[ONE])) == []
    assert cloud.values() == values(ONE)
    (_, api_id) = cloud.gateway.list_keys()[0]
    assert cloud.api.get_api_key(apiKey=api_id)["tags"]["skep:environment"] == cloud.name


def test_a_key_that_is_live_no_more_goes(cloud: Cloud) -> None:
    cloud.sync(message(0, new=[ONE, TWO]))
    cloud.sync(message(1, [TWO]))
    assert cloud.values() == values(TWO)
    assert [key_id for key_id, _ in cloud.gateway.list_keys()] == [TWO]


def test_keys_that_are_not_ours_are_left_alone(cloud: Cloud) -> None:
    foreign = {
        cloud.api.create_api_key(name=name, tags=tags)["id"]
        for name, tags in [
            ("somebody's", {}),
            (f"skep-{cloud.name}-2-{ONE}", {"skep:environment": f"{cloud.name}-2", "skep:at": "2020-01-01T00:00:00Z"}),
            (f"skep-{cloud.name}-{ONE}", {"skep:environment": "another", "skep:at": "2020-01-01T00:00:00Z"}),
            (f"skep-{cloud.name}-{TWO}", {}),
        ]
    }
    assert cloud.sync(message(0, new=[THREE]), message(1)) == []
    pages = cloud.api.get_paginator("get_api_keys").paginate(PaginationConfig={"PageSize": 500})
    there = {item["id"] for page in pages for item in page["items"]}
    assert foreign <= there
    assert foreign & cloud.gateway.list_attached() == set()
    assert cloud.values() == {}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("at_once", [True, False])
def test_messages_in_any_order_and_twice_end_as_they_would_in_order(
    cloud: Cloud, order: tuple[int, ...], at_once: bool
) -> None:
    history = [message(0, new=[ONE]), message(1, [ONE], [TWO]), message(2, [TWO], [THREE])]
    sent = [history[number] for number in order] * 2
    if at_once:
        assert cloud.sync(*sent) == []
    else:
        assert [cloud.sync(one) for one in sent] == [[]] * 6
    cloud.sync(message(3, [TWO, THREE]))  # the next one mends what an early end and a late value leave behind
    assert cloud.values() == values(TWO, THREE)


def test_an_old_list_deletes_no_newer_key(cloud: Cloud) -> None:
    cloud.sync(message(1, new=[ONE]))
    cloud.sync(message(0))
    assert cloud.values() == values(ONE)


def test_a_key_that_another_run_left_outside_the_plan_is_attached(cloud: Cloud) -> None:
    new = read_message(json.dumps(message(0, new=[ONE]))).new[0]
    cloud.gateway.create(new, read_message(json.dumps(message(0))).at)
    assert cloud.values() == {}
    cloud.sync(message(0, new=[ONE]))
    assert cloud.values() == values(ONE)


def test_twelve_hundred_keys_are_read_page_by_page_and_made_once(cloud: Cloud) -> None:
    ids = [f"{number:012x}" for number in range(1200)]
    for start in range(0, 1200, 400):
        assert cloud.sync(message(start, ids[:start], ids[start : start + 400])) == []
    assert cloud.values() == values(*ids)
    assert cloud.sync(message(2000, ids[1:], ids[1:401])) == []
    assert cloud.values() == values(*ids[1:])
    assert len(cloud.gateway.list_keys()) == 1199


def test_a_key_whose_value_got_lost_is_named_and_counted(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.sync(message(0, new=[ONE]))
    capsys.readouterr()
    assert cloud.sync(message(1, [THREE], settled=[ONE, TWO])) == []
    error, report = _lines(capsys)
    assert (error["level"], error["key_id"]) == ("ERROR", TWO)
    assert "make a new key" in error["error"]
    assert report["missing"] == 1
    assert {"Name": "missing", "Unit": "Count"} in report["_aws"]["CloudWatchMetrics"][0]["Metrics"]


def test_what_an_old_list_misses_is_no_alarm(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.sync(message(-3600, settled=[ONE]))
    assert [line["level"] for line in _lines(capsys)] == ["INFO"]


def test_only_the_message_that_fails_comes_again_and_no_value_is_in_the_log(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = message(1, new=[TWO])
    wrong["new"][0]["client_id"] = {"value": value_of(TWO)}
    refused = message(2, new=[THREE])
    refused["new"][0]["value"] = "short_secret"  # API Gateway wants twenty characters
    bodies: list[Any] = [message(0, new=[ONE]), wrong, refused, "skp_nonsense", '{"at": "2026-01-31"}', "[]"]
    assert sorted(cloud.sync(*bodies)) == ["1", "2", "3", "4", "5"]
    assert cloud.values() == values(ONE)
    out, err = capsys.readouterr()
    assert "CreateApiKey: BadRequestException" in out
    assert not any(secret in out + err for secret in ("skp_", "short_secret", "xxxx"))


def test_the_usage_plan_that_is_not_there_fails_the_message(cloud: Cloud) -> None:
    gone = Cloud(cloud.emulator, cloud.name, "gone", cloud.queue_url)
    assert gone.sync(message(0, new=[ONE])) == ["0"]
    assert cloud.sync(message(0, new=[ONE])) == []
    assert cloud.values() == values(ONE)


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]
