"""What a program can do with customers."""

from __future__ import annotations

from tests.support.world import Api, World


def test_a_customer_is_made_read_changed_deleted_and_restored(customers_api: Api, world: World) -> None:
    made = customers_api.call("sam", "POST", "/v1/customers", {"company": "Acme", "revenue": "12.5", "currency": "JPY"})
    assert made.status_code == 422, made.get_json()
    assert made.get_json()["errors"] == [{"field": "revenue", "message": "JPY has 0 decimals."}]
    made = customers_api.call("sam", "POST", "/v1/customers", {"company": " Acme ", "revenue": "12.5"})
    assert made.status_code == 201, made.get_json()
    record = made.get_json()
    assert record["company"] == "Acme"
    assert record["revenue"] == "12.50"
    assert record["currency"] == "USD"
    assert record["owner_id"] == world.ids["sam"]
    assert record["team_id"] == world.ids["North"]
    assert made.headers["Location"] == f"/v1/customers/{record['id']}"
    path = made.headers["Location"]
    got = customers_api.call("sam", "GET", path)
    assert (got.status_code, got.get_json(), got.headers["ETag"]) == (200, record, '"1"')
    changed = customers_api.call("sam", "PATCH", path, {"sector": "Retail"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.get_json()["version"]) == (200, 2)
    stale = customers_api.call("sam", "PATCH", path, {"sector": "Finance"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.get_json()["current"]["sector"]) == (412, "Retail")
    assert customers_api.call("sid", "GET", path).status_code == 404
    assert customers_api.call("sam", "DELETE", path).status_code == 204
    assert customers_api.call("sam", "GET", path).status_code == 404
    assert customers_api.call("sam", "POST", f"{path}/restore").get_json()["version"] == 4
    history = customers_api.call("sam", "GET", f"{path}/history").get_json()["items"]
    assert [entry["operation"] for entry in history] == ["restored", "deleted", "updated", "created"]
    assert history[2]["changes"] == {"sector": {"before": None, "after": "Retail"}}
