"""What API Gateway answers when another run of the key sync was faster; the emulator never does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.key_sync.events import make_handler
from services.key_sync.gateway import Gateway, connect
from services.key_sync.messages import KeyList, NewKey
from services.key_sync.settings import KeySyncSettings
from services.key_sync.sync import reconcile

NOW = datetime(2026, 1, 31, 9, tzinfo=UTC)
NEW = NewKey("aaaa", "skp_aaaa_secret-secret-secret", "client", "A program")


class Client:
    """boto3's client, as far as it is needed: nothing is there, and each call of a kind fails with its code."""

    def __init__(self, **codes: str) -> None:
        self._codes = codes
        self.calls: list[str] = []

    def get_paginator(self, operation: str) -> Client:
        """Itself."""
        self.calls.append(operation)
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        """One old key of ours, outside the plan."""
        old = {"id": "old", "name": "skep-dev-bbbb"}
        return [{"items": [old] if self.calls[-1] == "get_api_keys" else []}]

    def get_api_key(self, **_: Any) -> dict[str, Any]:
        """The old key."""
        self._do("get_api_key")
        return {"tags": {"skep:environment": "dev", "skep:at": (NOW - timedelta(hours=1)).isoformat()}}

    def __getattr__(self, name: str) -> Callable[..., dict[str, str]]:
        return lambda **_: self._do(name)

    def _do(self, name: str) -> dict[str, str]:
        self.calls.append(name)
        if name in self._codes:
            raise ClientError({"Error": {"Code": self._codes[name], "Message": "secret-secret"}}, name)
        return {"id": "made"}


def run(client: Client, keys: KeyList) -> list[str]:
    """The calls that a list leads to, reading apart."""
    reconcile(Gateway(client, "dev", "plan"), keys, NOW)
    return [call for call in client.calls if not call.startswith("get_")]


def test_a_key_that_a_twin_has_just_made_is_left_to_the_twin() -> None:
    client = Client(create_api_key="ConflictException")
    assert run(client, KeyList(NOW, frozenset(), frozenset({"aaaa", "bbbb"}), (NEW,))) == [
        "create_api_key",
        "create_usage_plan_key",
    ]


def test_a_key_that_a_twin_has_just_attached_is_attached() -> None:
    client = Client(create_usage_plan_key="ConflictException")
    assert run(client, KeyList(NOW, frozenset(), frozenset({"bbbb"}))) == ["create_usage_plan_key"]


@pytest.mark.parametrize("gone", ["delete_usage_plan_key", "delete_api_key"])
def test_a_key_that_a_twin_has_just_deleted_is_deleted(gone: str) -> None:
    client = Client(**{gone: "NotFoundException"})
    assert run(client, KeyList(NOW, frozenset(), frozenset())) == ["delete_usage_plan_key", "delete_api_key"]
    assert run(Client(get_api_key="NotFoundException"), KeyList(NOW, frozenset(), frozenset())) == []


@pytest.mark.parametrize(
    "operation", ["create_api_key", "create_usage_plan_key", "get_api_key", "delete_usage_plan_key", "delete_api_key"]
)
def test_any_other_error_brings_the_message_back_and_the_log_has_its_code_only(
    operation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    client = Client(**{operation: "TooManyRequestsException"})
    body = '{"at": "2026-01-31T09:00:00Z", "settled": [], "under_way": [%s], "new": []}'
    if operation.startswith("create"):
        new = '[{"key_id": "aaaa", "value": "secret-secret", "client_id": "c", "name": "n"}]'
        body = body.replace("[]}", new + "}")
    handler = make_handler(lambda: Gateway(client, "dev", "plan"))
    records = [{"messageId": "m", "body": body % ('"bbbb"' if operation.startswith("create") else "")}]
    assert handler({"Records": records}, None) == {"batchItemFailures": [{"itemIdentifier": "m"}]}
    out = capsys.readouterr().out
    assert f"{operation}: TooManyRequestsException" in out
    assert "secret-secret" not in out


def test_the_gateway_is_connected_at_the_first_message_and_tries_often() -> None:
    connected = 0

    def count() -> Gateway:
        nonlocal connected
        connected += 1
        return Gateway(Client(), "dev", "plan")

    handler = make_handler(count)
    assert handler({"Records": []}, None) == {"batchItemFailures": []}
    assert connected == 0
    record = {"messageId": "m", "body": '{"at": "2026-01-31T09:00:00Z", "settled": [], "under_way": [], "new": []}'}
    handler({"Records": [record, record]}, None)
    assert connected == 1
    client = connect(KeySyncSettings("dev", "plan", "eu-west-1"))._client
    assert client.meta.config.retries == {"mode": "standard", "total_max_attempts": 10}
