"""Uploads: a place for each, which is its principal's alone, and imports that name them."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import Any

import pytest

from services.shared.outside import ask
from services.shared.settings import Settings
from services.workspace.app import build_app as build_workspace
from tests.integration.transfers.support import csv_of, fields_of, send_id, upload
from tests.support.world import Api, World

SMALL = csv_of("Company", "Uploaded Ltd")
ONCE = {"Idempotency-Key": "longest"}


def elsewhere(settings: Settings, world: World) -> Api:
    """The door of an application whose file store does not answer."""
    return Api(build_workspace(replace(settings, files_endpoint="http://127.0.0.1:1/files"), world.database))


def test_a_file_gets_an_id_and_a_request_that_puts_it(api: Api, world: World) -> None:
    said = {"name": "customers.csv", "size_bytes": 11, "type": "text/csv"}
    made = api.call("sam", "POST", "/v1/files", said)
    body = made.get_json()
    assert made.status_code == 201
    assert body["upload"]["method"] == "PUT"
    assert body["upload"]["headers"] == {"Content-Length": "11", "Content-Type": "text/csv"}
    client = world.ids["sam's client"]
    assert f"/uploads/{client}/{body['id']}?" in body["upload"]["url"]
    assert body["expires_at"].endswith("Z")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": 1}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x", "size_bytes": 0}, "size_bytes"),
        ({"name": "x", "size_bytes": 100_000_001}, "size_bytes"),
        ({"name": "x", "size_bytes": True}, "size_bytes"),
        ({"name": "x", "size_bytes": "1"}, "size_bytes"),
        ({"name": "x", "type": "text"}, "type"),
        ({"name": "x", "type": "text/csv\r\nx: y"}, "type"),
        ({"name": "x", "key": "../x"}, "key"),
    ],
)
def test_what_is_said_of_a_file_is_checked(api: Api, body: dict[str, Any], field: str) -> None:
    answer = api.call("sam", "POST", "/v1/files", body)
    assert (answer.status_code, fields_of(answer)) == (422, [field])


def test_files_are_for_those_who_import(api: Api) -> None:
    assert api.call("vic", "POST", "/v1/files", {"name": "x"}).status_code == 403
    assert api.call(None, "POST", "/v1/files", {"name": "x"}).status_code == 401
    assert api.call("sam", "POST", "/v1/files", b"x", headers={"Content-Type": "text/csv"}).status_code == 415
    assert api.call("sam", "POST", "/v1/files", [1]).status_code == 422
    assert api.call("sam", "GET", "/v1/files").status_code == 405


def test_an_upload_becomes_a_job_however_small(api: Api) -> None:
    file_id = upload(api, "sam", SMALL)
    said: dict[str, Any] = {
        "key": ["company"],
        "columns": {"Company": "company"},
        "replacements": [{"field": "company", "old": "A=B", "new": "C"}],
        "dates": "MDY",
        "null": "NULL",
        "sheet": "Customers",
        "apply": True,
    }
    answer = send_id(api, "sam", file_id, **said)
    assert answer.status_code == 202
    assert answer.get_json()["args"] == {"table": "customers", "file": file_id} | said


def test_the_same_key_names_the_same_job_even_when_the_file_is_gone(api: Api, world: World, settings: Settings) -> None:
    file_id = upload(api, "sam", SMALL)
    first = send_id(api, "sam", file_id, once="upload")
    assert first.status_code == 202
    nowhere = elsewhere(settings, world)
    second = send_id(nowhere, "sam", file_id, once="upload")
    assert (second.status_code, second.headers["Location"]) == (202, first.headers["Location"])


def test_nobody_names_anothers_file(api: Api, world: World) -> None:
    file_id = upload(api, "sam", SMALL)
    for who in ("sue", "ada"):
        answer = send_id(api, who, file_id)
        assert (answer.status_code, fields_of(answer)) == (422, ["file"])
    assert world.owner("SELECT 1 FROM skep.jobs WHERE args ->> 'file' = %s", (file_id,)) == []


def test_a_file_that_was_never_put_there_is_told_at_once_and_leaves_no_job(api: Api, world: World) -> None:
    file_id = api.call("sam", "POST", "/v1/files", {"name": "x"}).get_json()["id"]
    answer = send_id(api, "sam", file_id, once="never")
    assert (answer.status_code, fields_of(answer)) == (422, ["file"])
    assert world.owner("SELECT 1 FROM skep.jobs WHERE args ->> 'file' = %s", (file_id,)) == []


def test_an_empty_file_is_told_at_once(api: Api) -> None:
    answer = send_id(api, "sam", upload(api, "sam", b""))
    assert (answer.status_code, answer.get_json()["errors"][0]["message"]) == (422, "The file is empty.")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"file": None}, "file"),
        ({"file": "x"}, "file"),
        ({"file": "../../etc/passwd"}, "file"),
        ({"apply": "true"}, "apply"),
        ({"key": "company"}, "key"),
        ({"key": [1]}, "key"),
        ({"columns": ["Company"]}, "columns"),
        ({"columns": {"Company": 1}}, "columns"),
        ({"replacements": {"a": "b"}}, "replacements"),
        ({"replacements": [{"field": "company", "old": ""}]}, "replacements"),
        ({"replacements": [{"field": "company", "old": "", "new": "x"}]}, "replacements"),
        ({"dates": "YMD"}, "dates"),
        ({"null": 1}, "null"),
        ({"sheet": ["a"]}, "sheet"),
        ({"null": "a\0"}, "null"),
        ({"key": ["\ud800"]}, "key"),
        ({"columns": {"a\0": "company"}}, "columns"),
        ({"replacements": [{"field": "company", "old": "a", "new": "\0"}]}, "replacements"),
        ({"content": "Company\nBoth Ltd"}, "content"),
    ],
)
def test_what_is_said_of_an_import_is_checked(api: Api, said: dict[str, Any], field: str) -> None:
    body = {"file": str(uuid.uuid4())} | said
    answer = api.call("sam", "POST", "/v1/customers/import", body)
    assert (answer.status_code, fields_of(answer)) == (422, [field])


def test_options_are_no_longer_than_what_is_kept_with_a_key(api: Api) -> None:
    file_id = upload(api, "sam", SMALL)
    longest = [api.call("sam", "POST", "/v1/customers/import", _with_columns(file_id, n), headers=ONCE) for n in (0, 1)]
    assert [answer.status_code for answer in longest] == [202, 422]
    again = api.call("sam", "POST", "/v1/customers/import", _with_columns(file_id, 0), headers=ONCE)
    assert (again.status_code, again.get_json()) == (202, longest[0].get_json())


def _with_columns(file_id: str, more: int) -> dict[str, Any]:
    """An import's body with options of 32 KB, and so many characters more."""
    empty: dict[str, Any] = {
        "key": [],
        "columns": {"": ""},
        "replacements": [],
        "dates": None,
        "null": None,
        "sheet": None,
    }
    heading = "x" * (32_768 - len(json.dumps(empty, separators=(",", ":"))) + more)
    return {"file": file_id, "columns": {heading: ""}}


def test_a_body_and_parameters_do_not_go_together(api: Api) -> None:
    body = {"file": str(uuid.uuid4())}
    answer = api.call("sam", "POST", "/v1/customers/import?apply=true", body)
    assert (answer.status_code, fields_of(answer)) == (400, ["apply"])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"file": "a", "file": "b"}'])
def test_a_body_that_is_no_object_is_refused(api: Api, body: bytes) -> None:
    assert api.call("sam", "POST", "/v1/customers/import", body).status_code in (400, 422)


def test_a_store_that_does_not_answer_is_503_and_nothing_is_asked_for(
    api: Api, world: World, settings: Settings
) -> None:
    nowhere = elsewhere(settings, world)
    answer = send_id(nowhere, "sam", str(uuid.uuid4()))
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"]
    without = Api(build_workspace(world.settings, world.database))
    assert without.call("sam", "POST", "/v1/files", {"name": "x"}).status_code == 503


def test_a_url_ends_with_its_hour(api: Api) -> None:
    made = api.call("sam", "POST", "/v1/files", {"name": "x"}).get_json()
    old = made["upload"]["url"].replace("X-Amz-Expires=3600", "X-Amz-Expires=604800")
    with ask("PUT", old, body=b"x", timeout_seconds=10.0) as answer:
        assert answer.status == 403
