"""Versions answer before callers ask, the schema comes up step by step, aliases move together or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import ClientError

from jenkins.release.errors import ReleaseError
from jenkins.release.functions import FunctionFailed, invoke, list_probes, migrate, probe
from jenkins.release.live import Function, list_order, move_live, return_live
from services.local.catalog import read_catalog


class Lambda:
    """Functions that answer as they are told, and their aliases."""

    def __init__(self, answer: Callable[[dict[str, Any]], Any] | None = None) -> None:
        self.answer = answer or (lambda event: event)
        self.aliases = {f"skep-dev-{service}": "1" for service in read_catalog()}
        self.weights: dict[str, float] = {}
        self.moved: list[tuple[str, str]] = []
        self.stuck = ""

    def invoke(self, **asked: Any) -> dict[str, Any]:
        """An answer, or an error where the answer is an exception."""
        said = self.answer({**asked, "Payload": "", "event": json.loads(asked["Payload"])})
        if isinstance(said, Exception):
            return {"FunctionError": "Unhandled", "Payload": BytesIO(json.dumps({"errorMessage": str(said)}).encode())}
        return {"Payload": BytesIO(json.dumps(said).encode())}

    def get_alias(self, **asked: Any) -> dict[str, Any]:
        """Where `live` is."""
        told: dict[str, Any] = {"FunctionVersion": self.aliases[asked["FunctionName"]]}
        return told | ({"RoutingConfig": {"AdditionalVersionWeights": self.weights}} if self.weights else {})

    def update_alias(self, **asked: Any) -> None:
        """Moves it, unless it is stuck."""
        assert asked["RoutingConfig"] == {"AdditionalVersionWeights": {}}
        name, version = asked["FunctionName"], asked["FunctionVersion"]
        if name == self.stuck and version != "1":
            raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "UpdateAlias")
        self.aliases[name] = version
        self.moved.append((name, version))


class Schema:
    """A migrations function that applies so many files a run."""

    def __init__(self, *, a_run: int) -> None:
        self.applied, self.pending, self.a_run = ["0001"], ["0002", "0003", "0004"], a_run
        self.runs = 0

    def __call__(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A run, or the state before."""
        if asked["event"] == {"command": "upgrade"}:
            self.runs += 1
            self.applied += self.pending[: self.a_run]
            self.pending = self.pending[self.a_run :]
        return {"head": self.applied[-1], "applied": list(self.applied), "pending": list(self.pending), "log": []}


def make_targets() -> dict[str, Function]:
    """The second version of every function."""
    return {service: Function(f"skep-dev-{service}", "2") for service in read_catalog()}


def test_a_version_is_asked_by_its_qualifier() -> None:
    asked = invoke(Lambda(), "skep-dev-sales", "7", {"a": 1})

    assert (asked["FunctionName"], asked["Qualifier"], asked["event"]) == ("skep-dev-sales", "7", {"a": 1})


def test_a_function_that_raises_is_told_with_its_words() -> None:
    with pytest.raises(FunctionFailed, match="skep-dev-sales:7 failed: no database"):
        invoke(Lambda(lambda _: ValueError("no database")), "skep-dev-sales", "7", {})


@pytest.mark.parametrize(("a_run", "runs"), [(3, 1), (2, 2), (1, 3)])
def test_migrations_go_on_until_nothing_is_left(a_run: int, runs: int) -> None:
    schema = Schema(a_run=a_run)

    assert migrate(Lambda(schema), "skep-dev-migrations", "2") == ["0002", "0003", "0004"]
    assert (schema.runs, schema.pending) == (runs, [])


def test_migrations_that_get_nowhere_stop() -> None:
    with pytest.raises(FunctionFailed, match="applies nothing, and 0002 is left to do"):
        migrate(Lambda(Schema(a_run=0)), "skep-dev-migrations", "2")


def test_every_service_is_asked_something_that_changes_nothing() -> None:
    probes = list(list_probes())

    assert {question.service for question in probes} == set(read_catalog())
    assert {question.event["httpMethod"] for question in probes if "httpMethod" in question.event} == {"GET"}
    assert {str(question) for question in probes if question.status is None} == {
        '{"Records": []}',
        '{"command": "status"}',
    }
    assert {str(question) for question in probes if question.status == 200} == {
        "/sign-in",
        "/v1/health",
        "/v1/openapi.json",
        "/v1/version",
    }


def test_an_answer_of_another_status_fails_with_what_was_said() -> None:
    question = next(question for question in list_probes() if str(question) == "/v1/health")
    good = {"statusCode": 200, "body": "{}"}

    assert probe(Lambda(lambda _: good), "skep-dev-workspace", "2", question) == "{}"
    with pytest.raises(FunctionFailed, match="answers /v1/health with 503 in place of 200. no database"):
        probe(Lambda(lambda _: {"statusCode": 503, "body": "no database"}), "skep-dev-workspace", "2", question)
    with pytest.raises(FunctionFailed, match="with nonsense in place of 200"):
        probe(Lambda(lambda _: "nonsense"), "skep-dev-workspace", "2", question)


def test_all_aliases_move_workers_first_and_pages_last() -> None:
    client = Lambda()

    before = move_live(client, make_targets())

    assert set(client.aliases.values()) == {"2"}
    assert [name.removeprefix("skep-dev-") for name, _ in client.moved] == list_order()
    assert list_order()[0] == "automations"
    assert list_order()[-1] == "forms"
    return_live(client, before)
    assert set(client.aliases.values()) == {"1"}


def test_when_one_cannot_be_moved_those_that_were_go_back() -> None:
    client = Lambda()
    client.stuck = "skep-dev-reports"

    with pytest.raises(ClientError):
        move_live(client, make_targets())
    assert set(client.aliases.values()) == {"1"}


def test_nothing_moves_while_somebody_else_is_moving_it() -> None:
    client = Lambda()
    client.weights = {"3": 0.1}

    with pytest.raises(ReleaseError, match="has weights"):
        move_live(client, make_targets())
    assert client.moved == []
