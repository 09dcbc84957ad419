"""What a refusal is: a 4xx that says why, and nothing written."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests.support.world import World

REFUSED = (400, 404, 413, 415, 422)


def list_written(world: World) -> Any:
    """How much has been written so far: rows of the change log, kept answers."""
    return world.owner("SELECT (SELECT count(*) FROM skep.change_log), (SELECT count(*) FROM skep.idempotency_keys)")


def names(answer: TestResponse) -> set[str]:
    """The fields that a refusal names."""
    return {error["field"] for error in answer.get_json().get("errors", [])}


def assert_refused(answer: TestResponse, *fields: str) -> None:
    """The answer is a problem for people to read; a 422 names one of the fields, and no other."""
    assert answer.status_code in REFUSED, answer.get_data(as_text=True)[:500]
    assert answer.mimetype == "application/problem+json"
    body = answer.get_json()
    assert body["detail"].strip()
    assert "psycopg" not in answer.text
    if fields and answer.status_code == 422:
        assert names(answer) <= set(fields), body
        assert names(answer)
