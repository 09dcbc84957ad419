"""What the key sync takes for a message, and for its settings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.key_sync.messages import WrongMessage, read_message
from services.key_sync.settings import KeySyncSettings
from services.shared.settings import MissingSettings

NEW = {"key_id": "b", "value": "skp_b_secret", "client_id": "c", "name": "n"}
GOOD: dict[str, Any] = {"at": "2026-01-31T09:00:00.5Z", "settled": ["a"], "under_way": ["b"], "new": [NEW]}
ENVIRONMENT = {"SKEP_ENVIRONMENT": "dev-2", "SKEP_USAGE_PLAN_ID": "plan", "AWS_REGION": "eu-west-1"}


def test_a_message_is_read_and_does_not_show_its_values() -> None:
    keys = read_message(json.dumps(GOOD))
    assert keys.live == {"a", "b"}
    assert keys.at.isoformat() == "2026-01-31T09:00:00.500000+00:00"
    assert keys.new[0].value == "skp_b_secret"
    assert "secret" not in repr(keys)


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2026-01-31T09:00:00"},
        {"at": "yesterday"},
        {"at": None},
        {"settled": "a"},
        {"settled": [1]},
        {"under_way": None},
        {"new": [{**NEW, "more": "x"}]},
        {"new": [{"key_id": "b"}]},
        {"new": [{**NEW, "value": 1}]},
        {"new": ["skp_b_secret"]},
        {"new": 1},
    ],
)
def test_a_message_that_is_none_is_refused_without_repeating_it(change: dict[str, Any]) -> None:
    with pytest.raises(WrongMessage) as caught:
        read_message(json.dumps(GOOD | change))
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"'])
def test_what_is_no_json_object_is_refused(body: str) -> None:
    with pytest.raises(WrongMessage):
        read_message(body)


def test_all_missing_settings_are_reported_together() -> None:
    assert KeySyncSettings.from_environment(ENVIRONMENT) == KeySyncSettings("dev-2", "plan", "eu-west-1")
    with pytest.raises(MissingSettings, match="set SKEP_ENVIRONMENT, SKEP_USAGE_PLAN_ID, AWS_REGION"):
        KeySyncSettings.from_environment({})


@pytest.mark.parametrize("name", ["Dev", "a b", "-dev", "a" * 41])
def test_an_environment_has_a_name_that_fits_into_a_keys_name(name: str) -> None:
    with pytest.raises(ValueError, match="SKEP_ENVIRONMENT is"):
        KeySyncSettings.from_environment({**ENVIRONMENT, "SKEP_ENVIRONMENT": name})
