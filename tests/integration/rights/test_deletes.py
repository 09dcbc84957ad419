"""Soft delete: refused or cascading, and what restoring meets."""

from __future__ import annotations

import psycopg2
import pytest

from services.registry import TABLES
from tests.support.samples import Samples
from tests.support.world import Api, World

CUSTOMERS, CONTACTS, OPPORTUNITIES = TABLES["customers"], TABLES["contacts"], TABLES["opportunities"]


@pytest.fixture
def customer(samples: Samples, world: World) -> str:
    """A customer of sam's."""
    return samples.insert(CUSTOMERS, owner_id=world.ids["sam"])


def test_children_that_are_part_of_a_record_go_with_it_in_the_same_change_set(
    customer: str, customers_api: Api, samples: Samples
) -> None:
    contacts = [samples.insert(CONTACTS, customer_id=customer) for _ in range(2)]
    deleted = customers_api.call("sam", "DELETE", f"/v1/customers/{customer}")
    assert deleted.status_code == 204
    for contact in contacts:
        assert customers_api.call("sam", "GET", f"/v1/contacts/{contact}").status_code == 404
    log = samples.run(
        "SELECT record_id, derived FROM skep.change_log WHERE change_set = %s", (deleted.headers["Change-Set"],)
    )
    assert sorted(log) == sorted((record, False) for record in (customer, *contacts))


@pytest.mark.parametrize("owner", ["sam", "sid"])
def test_a_record_that_others_refer_to_stays(
    owner: str, customer: str, customers_api: Api, world: World, samples: Samples
) -> None:
    child = samples.insert(OPPORTUNITIES, customer_id=customer, owner_id=world.ids[owner])
    answer = customers_api.call("sam", "DELETE", f"/v1/customers/{customer}")
    assert answer.status_code == 409
    assert (
        answer.get_json()["detail"] == "There are opportunities that refer to this record. Change or delete them first."
    )
    assert child not in answer.text
    samples.run("UPDATE opportunities SET deleted_at = now() WHERE id = %s", (child,))
    assert customers_api.call("sam", "DELETE", f"/v1/customers/{customer}").status_code == 204


def test_a_refused_delete_leaves_the_children_that_would_have_gone(
    customer: str, customers_api: Api, world: World, samples: Samples
) -> None:
    contact = samples.insert(CONTACTS, customer_id=customer)
    samples.insert(CUSTOMERS, parent_id=customer, owner_id=world.ids["sam"])
    assert customers_api.call("sam", "DELETE", f"/v1/customers/{customer}").status_code == 409
    assert customers_api.call("sam", "GET", f"/v1/contacts/{contact}").status_code == 200


def test_people_and_teams_stay_while_records_are_theirs(accounts_api: Api, world: World) -> None:
    assert accounts_api.call("ada", "DELETE", f"/v1/people/{world.ids['sam']}").status_code == 409
    assert accounts_api.call("ada", "DELETE", f"/v1/teams/{world.ids['North']}").status_code == 409


def test_a_deleted_record_is_gone_everywhere_but_in_its_history(
    customer: str, customers_api: Api, samples: Samples
) -> None:
    path = f"/v1/customers/{customer}"
    customers_api.call("sam", "DELETE", path)
    for method, body in (("GET", None), ("PATCH", {"notes": "x"}), ("DELETE", None)):
        assert customers_api.call("sam", method, path, body).status_code == 404
    found = customers_api.call("sam", "GET", f"/v1/customers?filter=id[eq]={customer}&count=true").get_json()
    assert (found["items"], found["count"]) == ([], 0)
    history = customers_api.call("sam", "GET", f"{path}/history").get_json()["items"]
    assert [entry["operation"] for entry in history] == ["deleted", "created"]


def test_only_what_is_deleted_is_restored(customer: str, customers_api: Api) -> None:
    path = f"/v1/customers/{customer}/restore"
    answer = customers_api.call("sam", "POST", path)
    assert (answer.status_code, answer.get_json()["detail"]) == (409, "This record is not deleted.")
    missing = "/v1/customers/00000000-0000-7000-8000-000000000000/restore"
    assert customers_api.call("sam", "POST", missing).status_code == 404


def test_a_child_comes_back_only_after_its_parent(customer: str, customers_api: Api, samples: Samples) -> None:
    contact = samples.insert(CONTACTS, customer_id=customer)
    customers_api.call("sam", "DELETE", f"/v1/customers/{customer}")
    answer = customers_api.call("sam", "POST", f"/v1/contacts/{contact}/restore")
    assert answer.status_code == 409
    assert answer.get_json()["errors"] == [{"field": "customer_id", "message": "There is no such record."}]
    customers_api.call("sam", "POST", f"/v1/customers/{customer}/restore")
    assert customers_api.call("sam", "POST", f"/v1/contacts/{contact}/restore").status_code == 200


def test_a_record_comes_back_only_after_what_it_refers_to(
    customer: str, customers_api: Api, world: World, samples: Samples
) -> None:
    child = samples.insert(CUSTOMERS, parent_id=customer, owner_id=world.ids["sam"])
    for record in (child, customer):
        assert customers_api.call("sam", "DELETE", f"/v1/customers/{record}").status_code == 204
    answer = customers_api.call("sam", "POST", f"/v1/customers/{child}/restore")
    assert answer.status_code == 409
    assert answer.get_json()["errors"] == [{"field": "parent_id", "message": "There is no such record."}]
    for record in (customer, child):
        assert customers_api.call("sam", "POST", f"/v1/customers/{record}/restore").status_code == 200


def test_a_record_comes_back_although_what_it_refers_to_has_left_the_callers_view(
    customer: str, customers_api: Api, world: World, samples: Samples
) -> None:
    child = samples.insert(CUSTOMERS, parent_id=customer, owner_id=world.ids["sam"])
    customers_api.call("sam", "DELETE", f"/v1/customers/{child}")
    samples.run("UPDATE customers SET owner_id = %s WHERE id = %s", (world.ids["sid"], customer))
    assert customers_api.call("sam", "POST", f"/v1/customers/{child}/restore").status_code == 200


def test_a_record_whose_owner_has_gone_comes_back_for_an_admin_to_hand_over(
    accounts_api: Api, customers_api: Api, world: World, samples: Samples
) -> None:
    person = samples.insert(TABLES["people"])
    record = samples.insert(CUSTOMERS, owner_id=person)
    customers_api.call("ada", "DELETE", f"/v1/customers/{record}")
    assert accounts_api.call("ada", "DELETE", f"/v1/people/{person}").status_code == 204
    assert customers_api.call("ada", "POST", f"/v1/customers/{record}/restore").status_code == 200
    answer = customers_api.call("ada", "PATCH", f"/v1/customers/{record}", {"owner_id": world.ids["sam"]})
    assert answer.status_code == 200


@pytest.mark.parametrize("table", TABLES)
def test_truncate_is_refused_even_to_the_owner_of_everything(table: str, world: World) -> None:
    with pytest.raises(psycopg2.errors.FeatureNotSupported):
        world.owner(f"TRUNCATE {table} CASCADE")
