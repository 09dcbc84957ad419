"""A row in the change log for every write, by every door and by hand."""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest

from services.records.store import create_record, delete_record, restore_record, update_record
from services.registry import TABLES
from tests.support.samples import Samples
from tests.support.world import Api, World

CUSTOMERS = TABLES["customers"]


def _log(world: World, record: str) -> list[dict[str, Any]]:
    names = ("change_set", "door", "principal_id", "person_id", "operation", "derived", "before", "after")
    rows = world.owner(
        f"SELECT {', '.join(names)} FROM skep.change_log WHERE record_id = %s ORDER BY xid, seq", (record,)
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


@pytest.mark.parametrize("door", ["rest", "forms", "import", "honeycode"])
def test_each_write_of_a_door_is_one_row_in_its_callers_name(door: str, world: World) -> None:
    caller = world.caller("sam", door=door)
    made = create_record(caller, CUSTOMERS, {"company": f"By {door}"}, world.settings)
    assert made.record is not None
    record = made.record["id"]
    changed = update_record(caller, CUSTOMERS, record, {"notes": "x"})
    deleted = delete_record(caller, CUSTOMERS, record)
    restored = restore_record(caller, CUSTOMERS, record)
    log = _log(world, record)
    assert [(row["operation"], row["change_set"]) for row in log] == [
        ("I", made.change_set),
        ("U", changed.change_set),
        ("U", deleted.change_set),
        ("U", restored.change_set),
    ]
    assert {row["change_set"] for row in log} == {row["change_set"] for row in log if not row["derived"]}
    assert {(row["door"], row["person_id"]) for row in log} == {(door, world.ids["sam"])}
    assert {row["principal_id"] for row in log} == {world.ids["sam's client"]}
    assert (log[0]["before"], log[0]["after"]["company"]) == (None, f"By {door}")
    assert (log[1]["before"]["notes"], log[1]["after"]["notes"]) == (None, "x")


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_a_write_by_hand_is_in_the_log_of_every_table(table: Any, world: World, samples: Samples) -> None:
    record = samples.insert(table)
    samples.run(f"UPDATE {table.name} SET custom = '{{\"a\": 1}}' WHERE id = %s", (record,))
    samples.run(f"DELETE FROM {table.name} WHERE id = %s", (record,))
    log = _log(world, record)
    assert [(row["operation"], row["door"], row["principal_id"]) for row in log] == [
        ("I", "sql", None),
        ("U", "sql", None),
        ("D", "sql", None),
    ]
    assert log[2]["after"] is None
    assert log[2]["before"]["custom"] == {"a": 1}


def test_a_transaction_by_hand_is_one_change_set(world: World) -> None:
    rows = world.owner(
        "BEGIN; INSERT INTO sectors (name) VALUES ('By hand 1'); INSERT INTO countries (name) VALUES ('By hand 2');"
        " UPDATE sectors SET name = 'By hand 3' WHERE name = 'By hand 1'; COMMIT;"
        " SELECT change_set, count(*) FROM skep.change_log WHERE after ->> 'name' LIKE 'By hand%%' GROUP BY 1"
    )
    assert [count for _, count in rows] == [3]


def test_two_statements_by_hand_are_two_change_sets(world: World) -> None:
    for name in ("Alone 1", "Alone 2"):
        world.owner("INSERT INTO sectors (name) VALUES (%s)", (name,))
    rows = world.owner("SELECT DISTINCT change_set FROM skep.change_log WHERE after ->> 'name' LIKE 'Alone%%'")
    assert len(rows) == 2


def test_a_write_that_is_rolled_back_leaves_no_row(world: World) -> None:
    before = world.owner("SELECT count(*) FROM skep.change_log")
    world.owner("BEGIN; INSERT INTO sectors (name) VALUES ('Rolled back'); ROLLBACK")
    assert world.owner("SELECT count(*) FROM skep.change_log") == before


def test_times_are_logged_in_utc_whatever_the_writers_zone(world: World) -> None:
    world.owner("SET timezone = 'Asia/Tokyo'; INSERT INTO sectors (name) VALUES ('Tokyo')")
    after = world.owner("SELECT after FROM skep.change_log WHERE after ->> 'name' = 'Tokyo'")[0][0]
    assert after["created_at"].endswith("+00:00")


def test_what_a_trigger_writes_is_derived_but_a_cascaded_delete_is_the_users_own(
    world: World, customers_api: Api, samples: Samples
) -> None:
    contact = samples.insert(TABLES["contacts"], owner_id=world.ids["sam"])
    customer = samples.run("SELECT customer_id FROM contacts WHERE id = %s", (contact,))[0][0]
    customers_api.call("sam", "PATCH", f"/v1/customers/{customer}", {"shared": True})
    customers_api.call("sam", "DELETE", f"/v1/customers/{customer}")
    assert [(row["operation"], row["derived"]) for row in _log(world, contact)] == [
        ("I", False),
        ("U", True),
        ("U", False),
    ]


def test_a_record_that_a_trigger_makes_or_erases_is_derived(fresh_world: World) -> None:
    fresh_world.owner(
        """
        CREATE FUNCTION skep.follow() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF tg_op = 'INSERT' THEN
            INSERT INTO sectors (name) VALUES (new.name || ' follows');
          ELSE
            DELETE FROM sectors WHERE name = old.name || ' follows';
          END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER f AFTER INSERT OR UPDATE ON countries FOR EACH ROW EXECUTE FUNCTION skep.follow();
        INSERT INTO countries (name) VALUES ('Atlantis');
        UPDATE countries SET custom = '{"sunk": true}' WHERE name = 'Atlantis';
        """
    )
    rows = fresh_world.owner(
        "SELECT table_name, operation, derived FROM skep.change_log"
        " WHERE coalesce(after, before) ->> 'name' LIKE 'Atlantis%%' ORDER BY xid, seq"
    )
    assert sorted(rows) == [
        ("countries", "I", False),
        ("countries", "U", False),
        ("sectors", "D", True),
        ("sectors", "I", True),
    ]


def test_the_log_can_not_be_truncated_behind_its_tables(world: World) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        world.caller("ada").run("TRUNCATE skep.change_log", write=True)
