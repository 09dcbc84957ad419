"""Idempotency keys: one change however often the request comes."""

from __future__ import annotations

import threading
from typing import Any

import psycopg2
import pytest

from services.customers.app import build_app
from services.shared.caller import Key
from services.shared.database import Database
from services.workspace.app import build_app as build_workspace
from tests.support.samples import Samples
from tests.support.world import Api, World


def _count(world: World, company: str) -> int:
    return int(world.owner("SELECT count(*) FROM customers WHERE company = %s", (company,))[0][0])


def _same(first: Any, again: Any) -> None:
    kept = ("Location", "ETag", "Change-Set")
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert {n: again.headers.get(n) for n in kept} == {n: first.headers.get(n) for n in kept}
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers


def test_the_same_request_has_the_same_answer_and_makes_one_record(api: Api, world: World, key: dict[str, str]) -> None:
    body = {"company": "Replayed Ltd", "revenue": "1.50"}
    first = api.call("sam", "POST", "/v1/customers", body, headers=key)
    assert first.status_code == 201
    for _ in range(2):
        _same(first, api.call("sam", "POST", "/v1/customers", body, headers=key))
    assert _count(world, "Replayed Ltd") == 1


def test_every_kind_of_write_is_replayed(api: Api, world: World, key: dict[str, str]) -> None:
    made = api.made("sam", "/v1/customers", {"company": "Every write Ltd"})
    path = f"/v1/customers/{made['id']}"
    steps: list[tuple[str, str, Any]] = [
        ("PATCH", path, {"notes": "plain"}),
        ("PATCH", path, {"revenue": "5"}),
        ("DELETE", path, None),
        ("POST", f"{path}/restore", None),
        ("PATCH", path, {"owner_id": world.ids["sid"]}),
    ]
    for i, (method, url, body) in enumerate(steps):
        headers = {"Idempotency-Key": f"{key['Idempotency-Key']} {i}"}
        first = api.call("sam", method, url, body, headers=headers)
        assert first.status_code in (200, 204), first.text
        _same(first, api.call("sam", method, url, body, headers=headers))
    versions = world.owner("SELECT version FROM customers WHERE id = %s", (made["id"],))
    assert versions == [(1 + len(steps),)]


def test_an_undo_is_replayed(api: Api, world: World, key: dict[str, str]) -> None:
    workspace = Api(build_workspace(world.settings, world.database))
    made = api.call("sam", "POST", "/v1/customers", {"company": "Undone once Ltd"})
    path = f"/v1/change-sets/{made.headers['Change-Set']}/undo"
    first = workspace.call("sam", "POST", path, headers=key)
    assert first.status_code == 200
    _same(first, workspace.call("sam", "POST", path, headers=key))


@pytest.mark.parametrize("other", ["body", "path", "method", "If-Match"])
def test_the_same_key_with_another_request_is_refused(other: str, api: Api, key: dict[str, str]) -> None:
    made = api.made("sam", "/v1/customers", {"company": f"Other {other}"})
    path = f"/v1/customers/{made['id']}"
    assert api.call("sam", "PATCH", path, {"notes": "1"}, headers=key).status_code == 200
    match other:
        case "body":
            answer = api.call("sam", "PATCH", path, {"notes": "2"}, headers=key)
        case "path":
            answer = api.call("sam", "PATCH", f"{path}?", {"notes": "1"}, headers=key)
            assert answer.status_code == 200
            answer = api.call("sam", "PATCH", "/v1/customers/" + made["owner_id"], {"notes": "1"}, headers=key)
        case "method":
            answer = api.call("sam", "DELETE", path, headers=key)
        case _:
            answer = api.call("sam", "PATCH", path, {"notes": "1"}, headers=key | {"If-Match": '"1"'})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "key_reused")


def test_a_key_is_its_principals_own(api: Api, world: World, key: dict[str, str]) -> None:
    for who in ("sam", "sue"):
        assert api.call(who, "POST", "/v1/customers", {"company": f"{who}'s own"}, headers=key).status_code == 201


def test_a_failure_keeps_no_key(api: Api, world: World, key: dict[str, str]) -> None:
    world.owner("INSERT INTO customers (company, currency) VALUES ('Taken Ltd', 'USD')")
    failing = [
        ({"company": "Taken Ltd"}, 409),
        ({"company": ""}, 422),
        ({"company": "Kept?", "sector": "Nonsense"}, 422),
        ({"company": "Kept?", "owner_id": world.ids["sid"]}, 403),
    ]
    for body, status in failing:
        assert api.call("sam", "POST", "/v1/customers", body, headers=key).status_code == status
    rows = world.owner("SELECT 1 FROM skep.idempotency_keys WHERE key = %s", (key["Idempotency-Key"],))
    assert rows == []
    assert api.call("sam", "POST", "/v1/customers", {"company": "Kept Ltd"}, headers=key).status_code == 201


def test_a_replay_is_looked_up_before_if_match(api: Api, key: dict[str, str]) -> None:
    made = api.made("sam", "/v1/customers", {"company": "Matched Ltd"})
    path = f"/v1/customers/{made['id']}"
    headers = key | {"If-Match": '"1"'}
    first = api.call("sam", "PATCH", path, {"notes": "mine"}, headers=headers)
    assert (first.status_code, first.get_json()["version"]) == (200, 2)
    api.call("sam", "PATCH", path, {"notes": "later"})
    _same(first, api.call("sam", "PATCH", path, {"notes": "mine"}, headers=headers))
    stale = api.call("sam", "PATCH", path, {"notes": "mine"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412


def test_a_twin_that_still_runs_is_in_progress(api: Api, world: World, key: dict[str, str]) -> None:
    twin = world.caller("sam", database=Database(world.url("skep_app")))
    claimed = Key(key["Idempotency-Key"], b"any")
    with twin.atomically(claimed) as transaction:
        transaction.run("SELECT 1")
        answer = api.call("sam", "POST", "/v1/customers", {"company": "Twin Ltd"}, headers=key)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "in_progress")
    assert int(answer.headers["Retry-After"]) >= 1
    assert _count(world, "Twin Ltd") == 0
    twin.database.close()


def test_of_many_at_the_same_time_one_is_made_and_all_are_told_of_it(world: World, key: dict[str, str]) -> None:
    answers: list[Any] = []
    api = Api(build_app(world.settings, world.database))  # it has a connection for each thread

    def send() -> None:
        answers.append(api.call("sam", "POST", "/v1/customers", {"company": "Race Ltd"}, headers=key))
        world.database.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 5
    assert _count(world, "Race Ltd") == 1


def test_a_body_too_large_to_keep_is_rendered_again_under_todays_rights(
    api: Api, world: World, key: dict[str, str]
) -> None:
    body = {"company": "Large Ltd", "notes": "𝄞" * 17_000}
    first = api.call("sam", "POST", "/v1/customers", body, headers=key)
    assert len(first.data) > 64 * 1024
    kept = world.owner("SELECT answer FROM skep.idempotency_keys WHERE key = %s", (key["Idempotency-Key"],))[0][0]
    assert "body" not in kept
    _same(first, api.call("sam", "POST", "/v1/customers", body, headers=key))
    path = first.headers["Location"]
    api.call("sam", "PATCH", path, {"notes": "short"})
    today = api.call("sam", "POST", "/v1/customers", body, headers=key)
    assert (today.get_json()["notes"], today.headers["ETag"]) == ("short", '"2"')
    api.call("sam", "PATCH", path, {"owner_id": world.ids["sid"]})
    again = api.call("sam", "POST", "/v1/customers", body, headers=key)
    assert (again.status_code, again.data) == (204, b"")
    assert _count(world, "Large Ltd") == 1


@pytest.mark.parametrize("name", ["", " " * 256, "k" * 256, "emoji 🐝", "tab\tinside"])
def test_what_is_no_key_is_refused(name: str, api: Api) -> None:
    environ = {"HTTP_IDEMPOTENCY_KEY": name.encode("utf-8").decode("latin-1")}
    answer = api.call("sam", "POST", "/v1/customers", {"company": "No key"}, environ_overrides=environ)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_request")


def test_a_key_of_every_printable_character_is_taken(api: Api) -> None:
    name = "".join(chr(c) for c in range(32, 127)).strip()
    body = {"company": "Printable"}
    for _ in range(2):
        assert api.call("sam", "POST", "/v1/customers", body, headers={"Idempotency-Key": name}).status_code == 201


def test_nobody_keeps_an_answer_for_a_key_that_another_transaction_claimed(
    api: Api, world: World, key: dict[str, str]
) -> None:
    first = api.call("sam", "POST", "/v1/customers", {"company": "Kept once"}, headers=key)
    name = key["Idempotency-Key"]
    world.caller("sam").run("SELECT skep.keep_answer(%s, 200, '{\"forged\": true}')", (name,), write=True)
    _same(first, api.call("sam", "POST", "/v1/customers", {"company": "Kept once"}, headers=key))
    with pytest.raises(psycopg2.OperationalError):
        world.database.run("SELECT skep.claim_key('x', 'y')", write=True)


def test_a_replay_after_the_record_is_gone_tells_what_was_answered_then(
    api: Api, samples: Samples, key: dict[str, str]
) -> None:
    first = api.call("sam", "POST", "/v1/customers", {"company": "Short lived"}, headers=key)
    api.call("sam", "DELETE", first.headers["Location"])
    _same(first, api.call("sam", "POST", "/v1/customers", {"company": "Short lived"}, headers=key))
