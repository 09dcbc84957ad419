"""Natural keys are unique for all, but a clash never tells of a hidden record more than that there is one."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry import TABLES
from tests.support.samples import Samples
from tests.support.world import Api, World

CUSTOMERS, OPPORTUNITIES = TABLES["customers"], TABLES["opportunities"]
HIDDEN = "This company is in use by a record that you cannot see."
VISIBLE = "Another record has this company."


def _errors(answer: Any) -> tuple[int, list[dict[str, str]]]:
    return answer.status_code, answer.get_json()["errors"]


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "clash"}], ids=["plain", "keyed"])
@pytest.mark.parametrize(("owner", "message"), [("sid", HIDDEN), ("sam", VISIBLE), (None, VISIBLE)])
def test_a_clash_says_whether_the_other_record_can_be_seen(
    owner: str | None, message: str, headers: dict[str, str], customers_api: Api, world: World, samples: Samples
) -> None:
    name = f"Clash {owner} {len(headers)}"
    owner_id = world.ids[owner] if owner else None
    other = samples.insert(CUSTOMERS, company=name, owner_id=owner_id)
    mine = samples.insert(CUSTOMERS, owner_id=world.ids["sam"])
    told = (409, [{"field": "company", "message": message}])
    created = customers_api.call("sam", "POST", "/v1/customers", {"company": name}, headers=headers)
    assert _errors(created) == told
    for body in ({"company": name}, {"company": name, "revenue": "1"}, {"company": name, "shared": True}):
        renamed = customers_api.call("sam", "PATCH", f"/v1/customers/{mine}", body, headers=headers)
        assert _errors(renamed) == told
        headers = {}
    assert other not in created.text


def test_a_restore_clashes_as_a_new_record_does(customers_api: Api, world: World, samples: Samples) -> None:
    for owner, message in (("sid", HIDDEN), ("sam", VISIBLE)):
        name = f"Back again {owner}"
        deleted = samples.insert(CUSTOMERS, company=name, owner_id=world.ids["sam"])
        path = f"/v1/customers/{deleted}"
        customers_api.call("sam", "DELETE", path)
        other = samples.insert(CUSTOMERS, company=name, owner_id=world.ids[owner])
        for headers in ({}, {"Idempotency-Key": name}):
            answer = customers_api.call("sam", "POST", f"{path}/restore", headers=headers)
            assert _errors(answer) == (409, [{"field": "company", "message": message}])
            assert other not in answer.text
        samples.run("UPDATE customers SET company = company || ' 2' WHERE id = %s", (other,))
        assert customers_api.call("sam", "POST", f"{path}/restore").status_code == 200


def test_the_key_of_a_deleted_record_is_free(customers_api: Api, samples: Samples) -> None:
    deleted = samples.insert(CUSTOMERS, company="Free again")
    samples.run("UPDATE customers SET deleted_at = now() WHERE id = %s", (deleted,))
    assert customers_api.call("sam", "POST", "/v1/customers", {"company": "Free again"}).status_code == 201


def test_a_key_that_is_optional_clashes_only_where_it_is_given(sales_api: Api, world: World, samples: Samples) -> None:
    samples.insert(OPPORTUNITIES, owner_id=world.ids["sid"], external_id="X-1")
    answer = sales_api.call("sam", "POST", "/v1/opportunities", {"stage": "Won", "external_id": "X-1"})
    message = "This opportunity id is in use by a record that you cannot see."
    assert _errors(answer) == (409, [{"field": "external_id", "message": message}])
    for _ in range(2):
        sales_api.made("sam", "/v1/opportunities", {"stage": "Won"})


def test_a_reference_table_hides_nothing(accounts_api: Api, samples: Samples) -> None:
    samples.insert(TABLES["people"], name="Twin", email="Twin@example.com")
    answer = accounts_api.call("ada", "POST", "/v1/people", {"name": "Twin"})
    assert _errors(answer) == (409, [{"field": "name", "message": "Another record has this name."}])
    answer = accounts_api.call("ada", "POST", "/v1/people", {"name": "Other", "email": "tWIN@example.com"})
    assert _errors(answer) == (409, [{"field": "email", "message": "Another record has this email."}])
