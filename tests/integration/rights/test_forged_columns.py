"""What no statement may set, the triggers set; values of lists are those that the admin keeps."""

from __future__ import annotations

import psycopg2
import pytest

from services.records.table import Reference, Table
from services.registry import TABLES
from tests.support.samples import Samples
from tests.support.world import Api, World

FORGED = "11111111-1111-7111-8111-111111111111"


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_an_update_by_sql_leaves_what_the_system_keeps(table: Table, world: World, samples: Samples) -> None:
    record = samples.insert(table, owner_id=world.ids["sam"])
    kept = ["id", "created_at", "version"] + ([] if isinstance(table.rights, Reference) else ["team_id"])
    before = samples.run(f"SELECT {', '.join(kept)} FROM {table.name} WHERE id = %s", (record,))[0]
    forged = {"id": FORGED, "created_at": "2000-01-01", "version": 99, "team_id": world.ids["South"]}
    for column in (*kept, "updated_at"):
        value = forged.get(column, "2000-01-01")
        statement = f"UPDATE {table.name} SET {column} = %s WHERE id = %s"
        world.caller("ada").run(statement, (value, record), write=True)
    after = samples.run(
        f"SELECT {', '.join(kept)}, updated_at > now() - interval '1 h' FROM {table.name} WHERE id = %s", (record,)
    )[0]
    expected = list(before)
    expected[2] += len(kept) + 1
    assert list(after) == [*expected, True]


@pytest.mark.parametrize("table", ["customers", "opportunities", "contacts"])
def test_an_insert_by_sql_leaves_what_the_system_keeps(table: str, world: World, samples: Samples) -> None:
    parent = samples.insert(TABLES["customers"], owner_id=world.ids["sam"])
    values = {
        "customers": "(company, currency{0}) VALUES ('Forged Ltd', 'USD'{1})",
        "opportunities": "(stage, currency{0}) VALUES ('Won', 'USD'{1})",
        "contacts": f"(customer_id, name{{0}}) VALUES ('{parent}', 'Forged'{{1}})",
    }[table]
    statement = values.format(
        ", owner_id, team_id, version, created_at, updated_at", ", %s, %s, 99, '2000-01-01', '2000-01-01'"
    )
    row = world.caller("sam").run(
        f"INSERT INTO {table} {statement} RETURNING owner_id, team_id, version, created_at > '2020-01-01',"
        " updated_at > '2020-01-01'",
        (world.ids["sam"], world.ids["South"]),
        write=True,
    )
    assert row == [(world.ids["sam"], world.ids["North"], 1, True, True)]


def test_a_record_without_an_owner_is_not_shared(world: World, customers_api: Api) -> None:
    made = customers_api.made("ada", "/v1/customers", {"company": "Shared?", "owner_id": None, "shared": True})
    assert (made["shared"], made["team_id"]) == (False, None)
    path = f"/v1/customers/{made['id']}"
    assert customers_api.call("ada", "PATCH", path, {"shared": True}).get_json()["shared"] is False


def test_the_owner_is_the_callers_person_unless_another_is_named(customers_api: Api, world: World) -> None:
    assert customers_api.made("sam", "/v1/customers", {"company": "Defaults"})["owner_id"] == world.ids["sam"]
    given = {"company": "Given", "owner_id": world.ids["sue"]}
    assert customers_api.made("mia", "/v1/customers", given)["team_id"] == world.ids["North"]
    assert customers_api.call("sam", "POST", "/v1/customers", given | {"company": "Not mine"}).status_code == 403


@pytest.mark.parametrize("field", ["id", "version", "created_at", "updated_at", "team_id", "deleted_at", "custom"])
def test_no_body_sets_what_the_system_keeps(field: str, customers_api: Api, samples: Samples) -> None:
    record = samples.insert(TABLES["customers"])
    for method, path in (("POST", "/v1/customers"), ("PATCH", f"/v1/customers/{record}")):
        answer = customers_api.call("ada", method, path, {"company": "Forged", field: FORGED})
        assert answer.status_code == 422
        assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_a_list_takes_just_the_values_that_it_has(customers_api: Api, world: World) -> None:
    body = {"company": "Sectors Ltd", "sector": "technolgy", "country": "Philipines"}
    answer = customers_api.call("sam", "POST", "/v1/customers", body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["message"].startswith("This is not in the list ")
    made = customers_api.made("sam", "/v1/customers", {"company": "Sectors Ltd", "sector": "Retail"})
    path = f"/v1/customers/{made['id']}"
    answer = customers_api.call("sam", "PATCH", path, {"sector": "retail"})
    assert answer.get_json()["errors"] == [
        {"field": "sector", "message": "This is not in the list sectors, which an admin edits."}
    ]
    with pytest.raises(psycopg2.errors.CheckViolation):
        world.caller("sam").run("UPDATE customers SET sector = 'Nonsense' WHERE id = %s", (made["id"],), write=True)


def test_a_value_that_its_list_has_lost_may_stay_but_not_be_chosen(customers_api: Api, samples: Samples) -> None:
    option = samples.insert(TABLES["sectors"], name="Alchemy")
    made = customers_api.made("sam", "/v1/customers", {"company": "Gold Ltd", "sector": "Alchemy"})
    path = f"/v1/customers/{made['id']}"
    assert customers_api.call("ada", "DELETE", f"/v1/sectors/{option}").status_code == 204
    assert customers_api.call("sam", "PATCH", path, {"sector": "Alchemy", "notes": "still"}).status_code == 200
    assert (
        customers_api.call("sam", "POST", "/v1/customers", {"company": "Lead", "sector": "Alchemy"}).status_code == 422
    )
    customers_api.call("sam", "DELETE", path)
    assert customers_api.call("sam", "POST", f"{path}/restore").status_code == 200
