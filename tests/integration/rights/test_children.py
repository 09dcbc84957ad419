"""A child's rights are its parent's, and a team change takes records along."""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest

from services.registry import TABLES
from tests.support.samples import Samples
from tests.support.world import Api, World

CUSTOMERS, CONTACTS, OPPORTUNITIES = TABLES["customers"], TABLES["contacts"], TABLES["opportunities"]
MISSING = "00000000-0000-7000-8000-000000000000"


def _rights(samples: Samples, table: str, record: str) -> Any:
    return samples.run(f"SELECT owner_id, team_id, shared FROM {table} WHERE id = %s", (record,))[0]


def _add_contact(samples: Samples, customer: str) -> str:
    return samples.insert(CONTACTS, customer_id=customer)


def test_a_child_follows_its_parent_in_all_that_rights_are_made_of(
    customers_api: Api, world: World, samples: Samples
) -> None:
    customer = samples.insert(CUSTOMERS, owner_id=world.ids["sam"])
    contacts = [_add_contact(samples, customer) for _ in range(3)]
    samples.run("UPDATE contacts SET deleted_at = now() WHERE id = %s", (contacts[2],))
    for body in ({"shared": True}, {"owner_id": world.ids["sue"]}, {"owner_id": world.ids["sid"]}, {"owner_id": None}):
        assert customers_api.call("ada", "PATCH", f"/v1/customers/{customer}", body).status_code == 200
        for contact in contacts:
            assert _rights(samples, "contacts", contact) == _rights(samples, "customers", customer)
    assert _rights(samples, "customers", customer) == (None, None, False)


def test_a_child_that_moves_takes_the_rights_of_its_new_parent(
    customers_api: Api, world: World, samples: Samples
) -> None:
    contact = samples.insert(CONTACTS, owner_id=world.ids["sam"])
    to = samples.insert(CUSTOMERS, owner_id=world.ids["sam"], shared=True)
    answer = customers_api.call("sam", "PATCH", f"/v1/contacts/{contact}", {"customer_id": to})
    assert (answer.status_code, answer.get_json()["shared"]) == (200, True)
    assert customers_api.call("sue", "GET", f"/v1/contacts/{contact}").status_code == 200


def test_a_child_moves_only_to_a_parent_that_its_mover_may_write(
    customers_api: Api, world: World, samples: Samples
) -> None:
    contact = samples.insert(CONTACTS, owner_id=world.ids["sam"])
    path = f"/v1/contacts/{contact}"
    seen = samples.insert(CUSTOMERS, owner_id=world.ids["sue"], shared=True)
    assert customers_api.call("sam", "PATCH", path, {"customer_id": seen}).status_code == 403
    unowned = samples.insert(CUSTOMERS)
    assert customers_api.call("sam", "PATCH", path, {"customer_id": unowned}).status_code == 403
    assert customers_api.call("mia", "PATCH", path, {"customer_id": unowned}).status_code == 200


@pytest.mark.parametrize("write", ["create", "move", "link"])
def test_a_hidden_parent_answers_exactly_as_a_missing_and_a_deleted_one(
    write: str, customers_api: Api, sales_api: Api, world: World, samples: Samples
) -> None:
    hidden = samples.insert(CUSTOMERS, owner_id=world.ids["sid"])
    deleted = samples.insert(CUSTOMERS, owner_id=world.ids["sam"])
    samples.run("UPDATE customers SET deleted_at = now() WHERE id = %s", (deleted,))
    contact = samples.insert(CONTACTS, owner_id=world.ids["sam"])
    answers = []
    for parent in (hidden, deleted, MISSING):
        match write:
            case "create":
                answer = customers_api.call("sam", "POST", "/v1/contacts", {"customer_id": parent, "name": "C"})
            case "move":
                answer = customers_api.call("sam", "PATCH", f"/v1/contacts/{contact}", {"customer_id": parent})
            case _:
                body = {"stage": "Won", "customer_id": parent}
                answer = sales_api.call("sam", "POST", "/v1/opportunities", body)
        answers.append((answer.status_code, answer.get_json()))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 422
    assert answers[0][1]["errors"] == [{"field": "customer_id", "message": "There is no such record."}]


def test_the_same_holds_for_sql(world: World, samples: Samples) -> None:
    hidden = samples.insert(CUSTOMERS, owner_id=world.ids["sid"])
    contact = samples.insert(CONTACTS, owner_id=world.ids["sam"])
    for statement in (
        "INSERT INTO contacts (name, customer_id) VALUES ('C', %s)",
        f"UPDATE contacts SET customer_id = %s WHERE id = '{contact}'",
        "INSERT INTO customers (company, currency, parent_id) VALUES ('Child Ltd', 'USD', %s)",
    ):
        told = []
        for parent in (hidden, MISSING):
            with pytest.raises(psycopg2.errors.ForeignKeyViolation) as raised:
                world.caller("sam").run(statement, (parent,), write=True)
            diag = raised.value.diag
            told.append((diag.message_primary, diag.message_detail, diag.constraint_name, diag.context))
        assert told[0] == told[1]


def test_an_unchanged_link_may_point_to_what_has_left_the_callers_view(
    sales_api: Api, world: World, samples: Samples
) -> None:
    customer = samples.insert(CUSTOMERS, owner_id=world.ids["sam"])
    made = sales_api.made("sam", "/v1/opportunities", {"stage": "Won", "customer_id": customer})
    samples.run("UPDATE customers SET owner_id = %s WHERE id = %s", (world.ids["sid"], customer))
    path = f"/v1/opportunities/{made['id']}"
    assert sales_api.call("sam", "PATCH", path, {"notes": "x", "customer_id": customer}).status_code == 200


def test_the_name_made_for_an_opportunity_never_tells_a_hidden_customers(
    sales_api: Api, world: World, samples: Samples
) -> None:
    customer = samples.insert(CUSTOMERS, owner_id=world.ids["sam"], company="Secret Ltd")
    made = sales_api.made("sam", "/v1/opportunities", {"stage": "Won", "customer_id": customer})
    assert made["name"] == "Secret Ltd"
    path = f"/v1/opportunities/{made['id']}"
    sales_api.call("sam", "PATCH", path, {"name": "mine"})
    samples.run(
        "UPDATE customers SET owner_id = %s, company = 'More secret' WHERE id = %s", (world.ids["sid"], customer)
    )
    named = sales_api.call("sam", "PATCH", path, {"name": None})
    assert (named.status_code, named.get_json()["name"]) == (200, "Opportunity")


def test_the_name_made_for_an_opportunity_fits_its_field(sales_api: Api, samples: Samples) -> None:
    customer = samples.insert(CUSTOMERS, company="c" * 200)
    product = samples.insert(TABLES["products"], name="p" * 200)
    body = {"stage": "Won", "customer_id": customer, "product_id": product}
    assert len(sales_api.made("ada", "/v1/opportunities", body)["name"]) == 400


def test_who_changes_teams_takes_the_records_along(
    accounts_api: Api, customers_api: Api, world: World, samples: Samples
) -> None:
    person = accounts_api.made("ada", "/v1/people", {"name": "Tom", "team_id": world.ids["North"]})
    customer = samples.insert(CUSTOMERS, owner_id=person["id"], shared=True)
    contact = _add_contact(samples, customer)
    opportunity = samples.insert(OPPORTUNITIES, owner_id=person["id"], shared=True)
    for team, sees, sees_not in (("South", "max", "mia"), ("North", "mia", "max")):
        answer = accounts_api.call("ada", "PATCH", f"/v1/people/{person['id']}", {"team_id": world.ids[team]})
        assert answer.status_code == 200
        for table, record in (("customers", customer), ("contacts", contact), ("opportunities", opportunity)):
            assert _rights(samples, table, record) == (person["id"], world.ids[team], True)
        assert customers_api.call(sees, "GET", f"/v1/contacts/{contact}").status_code == 200
        assert customers_api.call(sees_not, "GET", f"/v1/contacts/{contact}").status_code == 404
    log = samples.run(
        "SELECT DISTINCT derived FROM skep.change_log WHERE record_id = %s AND operation = 'U'", (contact,)
    )
    assert log == [(True,)]
