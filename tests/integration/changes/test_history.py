"""A record's history, and change sets: what is shown of them, and to whom."""

from __future__ import annotations

import pytest

from services.records.changes import get_change_set, list_change_sets, list_history
from services.registry import TABLES
from services.shared.errors import BadRequest, NotFound
from tests.support.samples import Samples
from tests.support.world import Api, World

CUSTOMERS = TABLES["customers"]


def test_history_shows_what_changed_as_the_wire_has_it(customers_api: Api) -> None:
    made = customers_api.made("sam", "/v1/customers", {"company": "History Ltd", "revenue": "10"})
    path = f"/v1/customers/{made['id']}"
    customers_api.call("sam", "PATCH", path, {"revenue": "1234567.80", "size": 3})
    customers_api.call("sam", "PATCH", path, {"revenue": None, "shared": True, "founded": 1999})
    last, second, first = customers_api.call("sam", "GET", f"{path}/history").get_json()["items"]
    assert second["changes"] == {
        "revenue": {"before": "10.00", "after": "1234567.80"},
        "size": {"before": None, "after": 3},
    }
    assert last["changes"] == {
        "founded": {"before": None, "after": 1999},
        "revenue": {"before": "1234567.80", "after": None},
        "shared": {"before": False, "after": True},
    }
    assert (first["operation"], first["changes"]["company"]) == ("created", {"before": None, "after": "History Ltd"})
    assert first["at"].endswith("Z")


def test_history_is_paged_newest_first(world: World, customers_api: Api) -> None:
    made = customers_api.made("sam", "/v1/customers", {"company": "Paged Ltd"})
    for i in range(9):
        customers_api.call("sam", "PATCH", f"/v1/customers/{made['id']}", {"notes": f"note {i}"})
    caller, cursor, notes = world.caller("sam"), None, []
    while True:
        items, cursor = list_history(caller, CUSTOMERS, made["id"], cursor, 3)
        notes += [item["changes"].get("notes", {}).get("after") for item in items]
        if cursor is None:
            break
    assert notes == [f"note {i}" for i in range(8, -1, -1)] + [None]


def test_history_of_a_hidden_record_is_that_of_a_missing_one(world: World, samples: Samples) -> None:
    hidden = samples.insert(CUSTOMERS, owner_id=world.ids["sid"])
    for record in (hidden, "00000000-0000-7000-8000-000000000000"):
        with pytest.raises(NotFound):
            list_history(world.caller("sam"), CUSTOMERS, record, None, 10)
    with pytest.raises(NotFound):
        list_history(world.caller("ada"), TABLES["contacts"], hidden, None, 10)


@pytest.mark.parametrize("cursor", ["", "x", "WyIxIl0", "WyIxIiwiMiIsIjMiXQ", "eyIxIjoyfQ", "WzEsMl0"])
def test_a_forged_cursor_is_refused(cursor: str, world: World, samples: Samples) -> None:
    record = samples.insert(CUSTOMERS)
    with pytest.raises(BadRequest):
        list_history(world.caller("ada"), CUSTOMERS, record, cursor, 10)


def test_a_change_set_shows_only_what_the_caller_sees(world: World, samples: Samples) -> None:
    seen = samples.insert(CUSTOMERS, owner_id=world.ids["sam"])
    hidden = samples.insert(CUSTOMERS, owner_id=world.ids["sid"])
    caller = world.caller("ada")
    with caller.atomically() as transaction:
        for record in (hidden, seen):
            transaction.run("UPDATE customers SET notes = 'bulk' WHERE id = %s", (record,), write=True)
        change_set = transaction.run("SELECT (skep.me()).change_set")[0][0]
    for who, records in (("ada", {seen, hidden}), ("sam", {seen}), ("sid", {hidden})):
        shown = get_change_set(world.caller(who), TABLES, change_set)
        assert {change["id"] for change in shown["changes"]} == records
        listed = {entry["id"]: entry for entry in list_change_sets(world.caller(who), 50)}
        assert listed[change_set]["records"] == len(records), who
    with pytest.raises(NotFound):
        get_change_set(world.caller("sue"), TABLES, change_set)
    assert change_set not in {entry["id"] for entry in list_change_sets(world.caller("sue"), 200)}


def test_the_tables_of_a_change_set_are_those_of_the_records_that_the_caller_sees(
    world: World, samples: Samples
) -> None:
    hidden = samples.insert(CUSTOMERS, owner_id=world.ids["sid"])
    with world.caller("ada").atomically() as transaction:
        transaction.run("UPDATE customers SET notes = 'both' WHERE id = %s", (hidden,), write=True)
        transaction.run("INSERT INTO sectors (name) VALUES ('Both')", write=True)
        change_set = transaction.run("SELECT (skep.me()).change_set")[0][0]
    listed = {entry["id"]: entry for entry in list_change_sets(world.caller("sam"), 50)}
    assert (listed[change_set]["tables"], listed[change_set]["records"]) == (["sectors"], 1)


def test_change_sets_come_newest_first_and_say_who_and_by_which_door(world: World, customers_api: Api) -> None:
    made = customers_api.call("sam", "POST", "/v1/customers", {"company": "Newest Ltd"})
    first = list_change_sets(world.caller("sam"), 3)[0]
    assert first["id"] == made.headers["Change-Set"]
    assert (first["door"], first["person_id"], first["undone_by"]) == ("rest", world.ids["sam"], None)


def test_a_change_set_of_ones_own_is_listed_although_its_record_has_left_the_view(
    world: World, customers_api: Api
) -> None:
    made = customers_api.made("sam", "/v1/customers", {"company": "Given Ltd"})
    given = customers_api.call("sam", "PATCH", f"/v1/customers/{made['id']}", {"owner_id": world.ids["sid"]})
    listed = {entry["id"]: entry for entry in list_change_sets(world.caller("sam"), 20)}
    assert listed[given.headers["Change-Set"]]["records"] == 0


def test_an_amount_whose_currency_came_later_is_shown_all_the_same(world: World, samples: Samples) -> None:
    record = samples.insert(CUSTOMERS, revenue="5")
    samples.run("UPDATE skep.change_log SET after = after - 'currency' WHERE record_id = %s", (record,))
    items, _ = list_history(world.caller("ada"), CUSTOMERS, record, None, 10)
    assert items[0]["changes"]["revenue"]["after"] == "5.00"
