"""Undo: a change set taken back, under the undoer's rights, and never over what somebody has changed since."""

from __future__ import annotations

import os
import time
from typing import Any

import psycopg2
import pytest

from services.records.changes import Undone, get_change_set, undo_change_set
from services.registry import TABLES
from services.shared.errors import Conflict, NotFound
from tests.support.postgres import Postgres
from tests.support.samples import Samples
from tests.support.world import Api, World

CUSTOMERS, CONTACTS, OPPORTUNITIES = TABLES["customers"], TABLES["contacts"], TABLES["opportunities"]


def _undo(world: World, who: str, change_set: str, *, skip: bool = False) -> Undone:
    return undo_change_set(world.caller(who), change_set, skip_conflicts=skip)


def _row(samples: Samples, record: str, table: str = "customers") -> dict[str, Any]:
    row: dict[str, Any] = samples.run(f"SELECT to_jsonb(t)::text FROM {table} t WHERE id = %s", (record,))[0][0]
    return row


def _values(samples: Samples, record: str, *fields: str, table: str = "customers") -> tuple[Any, ...]:
    return tuple(samples.run(f"SELECT {', '.join(fields)} FROM {table} WHERE id = %s", (record,))[0])


def _act(world: World, who: str, *statements: tuple[str, tuple[Any, ...]]) -> str:
    """Several statements as one change set."""
    with world.caller(who).atomically() as transaction:
        for statement, params in statements:
            transaction.run(statement, params, write=True)
        return str(transaction.run("SELECT (skep.me()).change_set")[0][0])


def test_a_record_that_was_made_is_deleted(world: World, customers_api: Api, samples: Samples) -> None:
    made = customers_api.call("sam", "POST", "/v1/customers", {"company": "Made Ltd"})
    undone = _undo(world, "sam", made.headers["Change-Set"])
    assert (undone.conflicts, undone.hidden) == ([], 0)
    assert _values(samples, made.get_json()["id"], "deleted_at IS NOT NULL") == (True,)


def test_a_change_is_set_back_field_by_field(world: World, customers_api: Api, samples: Samples) -> None:
    record = samples.insert(CUSTOMERS, owner_id=world.ids["sam"], revenue="10", sector="Retail")
    path = f"/v1/customers/{record}"
    body = {"revenue": "99.99", "sector": None, "notes": "new", "founded": 1999, "currency": "EUR", "shared": True}
    changed = customers_api.call("sam", "PATCH", path, body).headers["Change-Set"]
    customers_api.call("sam", "PATCH", path, {"phone": "+1 415 555 0123"})  # another field: no conflict
    _undo(world, "sam", changed)
    fields = ("revenue", "sector", "notes", "founded", "currency", "shared", "phone")
    assert _values(samples, record, *fields) == ("10.000", "Retail", None, None, "USD", False, "+1 415 555 0123")


def test_a_delete_brings_its_cascade_back(world: World, customers_api: Api, samples: Samples) -> None:
    contact = samples.insert(CONTACTS, owner_id=world.ids["sam"])
    (customer,) = _values(samples, contact, "customer_id", table="contacts")
    deleted = customers_api.call("sam", "DELETE", f"/v1/customers/{customer}").headers["Change-Set"]
    _undo(world, "sam", deleted)
    for path in (f"/v1/customers/{customer}", f"/v1/contacts/{contact}"):
        assert customers_api.call("sam", "GET", path).status_code == 200


def test_a_hand_over_is_handed_back(world: World, customers_api: Api, samples: Samples) -> None:
    record = samples.insert(CUSTOMERS, owner_id=world.ids["sam"], shared=True)
    contact = samples.insert(CONTACTS, customer_id=record)
    body = {"owner_id": world.ids["sid"], "notes": "yours"}
    given = customers_api.call("ada", "PATCH", f"/v1/customers/{record}", body).headers["Change-Set"]
    assert _values(samples, contact, "owner_id", table="contacts") == (world.ids["sid"],)
    _undo(world, "ada", given)
    assert _values(samples, record, "owner_id", "notes", "shared") == (world.ids["sam"], None, True)
    assert _values(samples, contact, "owner_id", "team_id", table="contacts") == (
        world.ids["sam"],
        world.ids["North"],
    )


def test_derived_writes_are_left_to_the_writes_that_they_follow_from(
    world: World, customers_api: Api, samples: Samples
) -> None:
    contact = samples.insert(CONTACTS, owner_id=world.ids["sam"])
    (customer,) = _values(samples, contact, "customer_id", table="contacts")
    shared = customers_api.call("sam", "PATCH", f"/v1/customers/{customer}", {"shared": True}).headers["Change-Set"]
    undone = _undo(world, "sam", shared)
    assert undone.conflicts == []
    operations = samples.run(
        "SELECT table_name, derived FROM skep.change_log WHERE change_set = %s ORDER BY 2", (undone.change_set,)
    )
    assert operations == [("customers", False), ("contacts", True)]


def test_what_was_changed_since_is_a_conflict_and_nothing_is_changed(
    world: World, customers_api: Api, samples: Samples
) -> None:
    records = [samples.insert(CUSTOMERS, owner_id=world.ids["sam"], notes="before") for _ in range(3)]
    bulk = _act(world, "sam", *[("UPDATE customers SET notes = 'bulk' WHERE id = %s", (r,)) for r in records])
    customers_api.call("sam", "PATCH", f"/v1/customers/{records[1]}", {"notes": "since"})
    before = [_row(samples, record) for record in records]
    with pytest.raises(Conflict) as raised:
        _undo(world, "sam", bulk)
    assert raised.value.extra["conflicts"] == [
        {"table": "customers", "id": records[1], "reason": "changed_since", "fields": ["notes"]}
    ]
    assert [_row(samples, record) for record in records] == before
    undone = _undo(world, "sam", bulk, skip=True)
    assert [conflict["id"] for conflict in undone.conflicts] == [records[1]]
    assert [_values(samples, r, "notes") for r in records] == [("before",), ("since",), ("before",)]


def test_records_that_have_left_the_undoers_view_are_counted_and_not_named(
    world: World, customers_api: Api, samples: Samples
) -> None:
    records = [samples.insert(CUSTOMERS, owner_id=world.ids["sam"]) for _ in range(3)]
    bulk = _act(world, "sam", *[("UPDATE customers SET notes = 'bulk' WHERE id = %s", (r,)) for r in records])
    customers_api.call("ada", "PATCH", f"/v1/customers/{records[0]}", {"owner_id": world.ids["sid"]})
    with pytest.raises(Conflict) as raised:
        _undo(world, "sam", bulk)
    assert (raised.value.extra["hidden"], raised.value.extra["conflicts"]) == (1, [])
    assert records[0] not in str(raised.value.extra)
    undone = _undo(world, "sam", bulk, skip=True)
    assert (undone.hidden, undone.conflicts) == (1, [])
    assert [_values(samples, r, "notes") for r in records] == [("bulk",), (None,), (None,)]


def test_a_change_set_of_which_one_sees_nothing_is_missing(world: World, samples: Samples) -> None:
    record = samples.insert(CUSTOMERS, owner_id=world.ids["sid"])
    hidden = _act(world, "sid", ("UPDATE customers SET notes = 'x' WHERE id = %s", (record,)))
    for change_set in (hidden, "00000000-0000-7000-8000-000000000000"):
        with pytest.raises(NotFound):
            _undo(world, "sam", change_set, skip=True)


@pytest.mark.parametrize("who", ["sam", "vic"])
def test_nobody_undoes_what_they_may_not_write(who: str, world: World, samples: Samples) -> None:
    record = samples.insert(CUSTOMERS, owner_id=world.ids["sue"], shared=True)
    changed = _act(world, "sue", ("UPDATE customers SET notes = 'sue''s' WHERE id = %s", (record,)))
    with pytest.raises(Conflict) as raised:
        _undo(world, who, changed)
    assert raised.value.extra["conflicts"] == [{"table": "customers", "id": record, "reason": "forbidden"}]
    assert _values(samples, record, "notes") == ("sue's",)


def test_a_salesperson_undoes_an_act_of_their_own(world: World, customers_api: Api, samples: Samples) -> None:
    mine = samples.insert(CUSTOMERS, owner_id=world.ids["sam"])
    act = _act(
        world,
        "sam",
        ("UPDATE customers SET notes = 'one' WHERE id = %s", (mine,)),
        ("INSERT INTO contacts (customer_id, name) VALUES (%s, 'New')", (mine,)),
        ("INSERT INTO customers (company, currency) VALUES ('Act Ltd', 'USD')", ()),
        ("UPDATE customers SET notes = 'two' WHERE id = %s", (mine,)),
    )
    assert _undo(world, "sam", act).conflicts == []
    assert _values(samples, mine, "notes") == (None,)
    found = customers_api.call("sam", "GET", f"/v1/contacts?filter=customer_id[eq]={mine}").get_json()
    assert found["items"] == []


def test_an_undo_is_undone_like_any_other_act(world: World, customers_api: Api, samples: Samples) -> None:
    made = customers_api.call("sam", "POST", "/v1/customers", {"company": "Twice Ltd"})
    record, path = made.get_json()["id"], made.headers["Location"]
    changed = customers_api.call("sam", "PATCH", path, {"notes": "n"}).headers["Change-Set"]
    first = _undo(world, "sam", changed)
    again = _undo(world, "sam", first.change_set)
    assert _values(samples, record, "notes") == ("n",)
    assert get_change_set(world.caller("sam"), TABLES, first.change_set)["undone_by"] == again.change_set
    assert get_change_set(world.caller("sam"), TABLES, again.change_set)["undoes"] == first.change_set


def test_what_is_undone_already_is_refused_and_its_undo_named(world: World, customers_api: Api) -> None:
    made = customers_api.call("sam", "POST", "/v1/customers", {"company": "Once Ltd"}).headers["Change-Set"]
    undone = _undo(world, "sam", made)
    with pytest.raises(Conflict) as raised:
        _undo(world, "sam", made)
    assert raised.value.extra["undone_by"] == undone.change_set


def test_a_key_that_is_in_use_by_now_is_a_conflict_that_names_its_field(
    world: World, customers_api: Api, samples: Samples
) -> None:
    record = samples.insert(CUSTOMERS, owner_id=world.ids["sam"], company="Wanted Ltd")
    deleted = customers_api.call("sam", "DELETE", f"/v1/customers/{record}").headers["Change-Set"]
    samples.insert(CUSTOMERS, owner_id=world.ids["sid"], company="Wanted Ltd")
    with pytest.raises(Conflict) as raised:
        _undo(world, "sam", deleted)
    (conflict,) = raised.value.extra["conflicts"]
    assert (conflict["reason"], conflict["constraint"]) == ("constraint", "customers_company_unique")


def test_a_record_that_others_refer_to_by_now_stays(world: World, customers_api: Api, samples: Samples) -> None:
    made = customers_api.call("sam", "POST", "/v1/customers", {"company": "Parent Ltd"})
    samples.insert(OPPORTUNITIES, owner_id=world.ids["sid"], customer_id=made.get_json()["id"])
    with pytest.raises(Conflict) as raised:
        _undo(world, "sam", made.headers["Change-Set"])
    assert [c["reason"] for c in raised.value.extra["conflicts"]] == ["constraint"]


def test_an_act_by_hand_is_undone_by_an_admin_whatever_the_zone_of_its_session(world: World, samples: Samples) -> None:
    record = samples.insert(CUSTOMERS)
    world.owner("SET timezone = 'Asia/Tokyo'; UPDATE customers SET deleted_at = now() WHERE id = %s", (record,))
    (change_set,) = samples.run(
        "SELECT change_set FROM skep.change_log WHERE record_id = %s ORDER BY xid DESC LIMIT 1", (record,)
    )[0]
    assert _undo(world, "ada", change_set).conflicts == []


def test_a_record_erased_by_hand_can_not_be_brought_back(world: World, samples: Samples) -> None:
    record = samples.insert(CUSTOMERS)
    changed = _act(world, "ada", ("UPDATE customers SET notes = 'n' WHERE id = %s", (record,)))
    samples.run("DELETE FROM customers WHERE id = %s", (record,))
    with pytest.raises(Conflict):
        _undo(world, "ada", changed)


@pytest.mark.parametrize("who", ["ada", "sam"])
def test_a_thousand_records_are_undone_within_a_second(who: str, fresh_world: World, postgres: Postgres) -> None:
    columns, rows = "company, currency, owner_id", "generate_series(1, 1000) i"
    statement = f"INSERT INTO customers ({columns}) SELECT 'Bulk ' || i, 'USD', %s FROM {rows}"
    change_set = _act(fresh_world, who, (statement, (fresh_world.ids[who],)))
    for living in (0, 1000, 0):  # the undo is undone, too
        started = _cpu_seconds(fresh_world, postgres)
        undone = _undo(fresh_world, who, change_set)
        took = _cpu_seconds(fresh_world, postgres) - started
        change_set = undone.change_set
        assert undone.conflicts == []
        assert fresh_world.owner("SELECT count(*) FROM customers WHERE deleted_at IS NULL") == [(living,)]
        assert took < 1


def _cpu_seconds(world: World, postgres: Postgres) -> float:
    """Of this process and of its Postgres backend: unlike the clock's, they don't depend on what runs beside us."""
    pid = world.database.run("SELECT pg_backend_pid()")[0][0]
    superuser = psycopg2.connect(postgres.url())
    with superuser.cursor() as cursor:  # the server reads it: in a container it has process numbers of its own
        cursor.execute("SELECT pg_read_file(%s)", (f"/proc/{pid}/stat",))
        (status,) = cursor.fetchone() or ("",)
    superuser.close()
    ticks = sum(int(field) for field in status.rpartition(")")[2].split()[11:13])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")
