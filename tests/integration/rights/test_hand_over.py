"""Who may give a record to whom: row by row as the design has it."""

from __future__ import annotations

from collections.abc import Callable

import psycopg2
import pytest

from services.registry import TABLES
from tests.support.samples import Samples
from tests.support.world import Api, World

CUSTOMERS, OPPORTUNITIES = TABLES["customers"], TABLES["opportunities"]

# who, the record's owner, shared, the new owner, status, who sees it afterwards of sam, sue, mia, sid
RULES = [
    ("sam", "sam", False, "sam", 200, "sam mia"),
    ("sam", "sam", False, "sue", 204, "sue mia"),
    ("sam", "sam", True, "sue", 200, "sam sue mia"),
    ("sam", "sam", False, "sid", 204, "sid"),
    ("sam", "sam", False, None, 403, "sam mia"),
    ("sam", None, False, "sam", 200, "sam mia"),
    ("sam", None, False, "sue", 403, "sam sue mia sid"),
    ("sam", "sue", True, "sam", 403, "sam sue mia"),
    ("sam", "sue", False, "sam", 404, "sue mia"),
    ("sam", "sid", True, "sam", 404, "sid"),
    ("mia", "mia", False, "sid", 204, "sid"),
    ("mia", "sam", False, "sue", 200, "sue mia"),
    ("mia", "sam", False, "sid", 204, "sid"),
    ("mia", "sam", False, None, 200, "sam sue mia sid"),
    ("mia", None, False, "sid", 204, "sid"),
    ("mia", "sid", False, "mia", 404, "sid"),
    ("vic", "sam", False, "vic", 403, "sam mia"),
    ("vic", None, False, "vic", 403, "sam sue mia sid"),
    ("ada", "sam", False, "sid", 200, "sid"),
    ("ada", "sid", False, None, 200, "sam sue mia sid"),
]


@pytest.mark.parametrize(("who", "owner", "shared", "to", "status", "seen_by"), RULES)
def test_a_record_is_handed_over_by_whom_and_to_whom_the_rules_allow(
    who: str,
    owner: str | None,
    shared: bool,
    to: str | None,
    status: int,
    seen_by: str,
    customers_api: Api,
    world: World,
    samples: Samples,
) -> None:
    record = samples.insert(CUSTOMERS, owner_id=world.ids[owner] if owner else None, shared=shared)
    path = f"/v1/customers/{record}"
    answer = customers_api.call(who, "PATCH", path, {"owner_id": world.ids[to] if to else None})
    assert answer.status_code == status, answer.text
    if status == 204:
        assert answer.headers["Change-Set"]
    seen = [n for n in ("sam", "sue", "mia", "sid") if customers_api.call(n, "GET", path).status_code == 200]
    assert seen == seen_by.split()
    is_now = customers_api.call("ada", "GET", path).get_json()
    moved = status in (200, 204)
    assert is_now["owner_id"] == (world.ids.get((to if moved else owner) or "") or None)
    assert is_now["shared"] == (shared and is_now["owner_id"] is not None)


@pytest.mark.parametrize("to", ["unknown", "deleted", "a team"])
def test_who_is_not_there_can_not_be_given_a_record(
    to: str, customers_api: Api, world: World, samples: Samples
) -> None:
    record = samples.insert(CUSTOMERS, owner_id=world.ids["sam"])
    gone = samples.insert(TABLES["people"])
    samples.run("UPDATE people SET deleted_at = now() WHERE id = %s", (gone,))
    new = {"unknown": "00000000-0000-7000-8000-000000000000", "deleted": gone, "a team": world.ids["North"]}[to]
    for who in ("sam", "ada"):
        answer = customers_api.call(who, "PATCH", f"/v1/customers/{record}", {"owner_id": new})
        assert answer.status_code == 422
        assert answer.get_json()["errors"] == [{"field": "owner_id", "message": "There is no such record."}]


def test_a_record_that_is_taken_can_be_changed_in_the_same_breath(
    customers_api: Api, world: World, samples: Samples
) -> None:
    record = samples.insert(CUSTOMERS)
    path = f"/v1/customers/{record}"
    assert customers_api.call("sam", "PATCH", path, {"notes": "mine?"}).status_code == 403
    body = {"owner_id": world.ids["sam"], "notes": "mine!", "revenue": "5"}
    answer = customers_api.call("sam", "PATCH", path, body, headers={"If-Match": '"1"'})
    assert answer.status_code == 200
    assert (answer.get_json()["notes"], answer.get_json()["owner_id"]) == ("mine!", world.ids["sam"])


def test_a_record_that_is_given_away_can_be_changed_in_the_same_breath(
    customers_api: Api, world: World, samples: Samples
) -> None:
    path = f"/v1/customers/{samples.insert(CUSTOMERS, owner_id=world.ids['sam'])}"
    answer = customers_api.call("sam", "PATCH", path, {"owner_id": world.ids["sid"], "notes": "yours"})
    assert answer.status_code == 204
    assert customers_api.call("sid", "GET", path).get_json()["notes"] == "yours"
    history = customers_api.call("sid", "GET", f"{path}/history").get_json()["items"]
    assert len({entry["change_set"] for entry in history[:2]}) == 1


def test_what_is_refused_changes_nothing_of_the_rest(customers_api: Api, world: World, samples: Samples) -> None:
    path = f"/v1/customers/{samples.insert(CUSTOMERS, owner_id=world.ids['sam'])}"
    assert customers_api.call("sam", "PATCH", path, {"owner_id": None, "notes": "lost"}).status_code == 403
    bad = {"owner_id": world.ids["sam"], "revenue": "1.5", "currency": "JPY"}
    assert customers_api.call("sam", "PATCH", path, bad).status_code == 422
    assert customers_api.call("sam", "GET", path).get_json()["version"] == 1


def test_a_stale_version_is_not_handed_over(customers_api: Api, world: World, samples: Samples) -> None:
    path = f"/v1/customers/{samples.insert(CUSTOMERS, owner_id=world.ids['sam'])}"
    customers_api.call("sam", "PATCH", path, {"notes": "version 2"})
    for to in ("sid", "sam"):
        for rest in ({}, {"notes": "version 3"}):
            body = {"owner_id": world.ids[to], **rest}
            answer = customers_api.call("sam", "PATCH", path, body, headers={"If-Match": '"1"'})
            assert (answer.status_code, answer.get_json()["current"]["version"]) == (412, 2)
    answer = customers_api.call("sam", "PATCH", path, {"owner_id": world.ids["sid"]}, headers={"If-Match": '"2"'})
    assert answer.status_code == 204


def test_a_child_is_never_handed_over(customers_api: Api, world: World, samples: Samples) -> None:
    contact = samples.insert(TABLES["contacts"], owner_id=world.ids["sam"])
    answer = customers_api.call("sam", "PATCH", f"/v1/contacts/{contact}", {"owner_id": world.ids["sue"]})
    assert answer.get_json()["errors"] == [{"field": "owner_id", "message": "This can't be set."}]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        _hand_over(world, "sam")("contacts", contact, world.ids["sue"])


@pytest.mark.parametrize("table", ["products", "people", "nonsense", "customers; DROP TABLE customers"])
def test_only_owned_records_are_handed_over(table: str, world: World) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        _hand_over(world, "ada")(table, world.ids["sam"], world.ids["sue"])


def test_a_deleted_record_is_not_handed_over(world: World, samples: Samples) -> None:
    record = samples.insert(OPPORTUNITIES, owner_id=world.ids["sam"])
    samples.run("UPDATE opportunities SET deleted_at = now() WHERE id = %s", (record,))
    assert _hand_over(world, "ada")("opportunities", record, world.ids["sue"]) is False


def _hand_over(world: World, who: str) -> Callable[[str, str, str], bool]:
    def call(table: str, record: str, to: str) -> bool:
        rows = world.caller(who).run("SELECT skep.hand_over(%s, %s, %s)", (table, record, to), write=True)
        return bool(rows[0][0])

    return call
