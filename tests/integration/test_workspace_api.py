"""Changes, change sets and undo over REST; health, version, description; the pipeline."""

from __future__ import annotations

import pytest

from services.reports.app import build_app as build_reports
from services.workspace.app import build_app as build_workspace
from tests.support.world import Api, World


@pytest.fixture(scope="module")
def workspace_api(world: World) -> Api:
    """The REST door of the workspace."""
    return Api(build_workspace(world.settings, world.database))


@pytest.fixture(scope="module")
def reports_api(world: World) -> Api:
    """The REST door of the reports."""
    return Api(build_reports(world.settings, world.database))


def test_health_version_and_description_need_no_key(workspace_api: Api) -> None:
    assert workspace_api.call(None, "GET", "/v1/health").get_json() == {"status": "ok"}
    assert workspace_api.call(None, "GET", "/v1/version").get_json()["release"] == "unreleased"
    assert workspace_api.call(None, "GET", "/v1/openapi.json").get_json()["openapi"] == "3.1.0"


def test_everything_else_needs_a_key(workspace_api: Api) -> None:
    answer = workspace_api.call(None, "GET", "/v1/changes")
    assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthorized")


def test_a_change_set_is_read_and_undone_over_rest(workspace_api: Api, customers_api: Api) -> None:
    made = customers_api.call("sam", "POST", "/v1/customers", {"company": "Undone Ltd"})
    change_set = made.headers["Change-Set"]
    read = workspace_api.call("sam", "GET", f"/v1/change-sets/{change_set}").get_json()
    assert [c["operation"] for c in read["changes"]] == ["created"]
    assert workspace_api.call("sid", "GET", f"/v1/change-sets/{change_set}").status_code == 404
    undone = workspace_api.call("sam", "POST", f"/v1/change-sets/{change_set}/undo")
    assert (undone.status_code, undone.get_json()["conflicts"]) == (200, [])
    assert customers_api.call("sam", "GET", made.headers["Location"]).status_code == 404
    again = workspace_api.call("sam", "GET", f"/v1/change-sets/{change_set}").get_json()
    assert again["undone_by"] == undone.headers["Change-Set"]


def test_an_undo_that_would_overwrite_lists_what_stands_in_the_way(workspace_api: Api, customers_api: Api) -> None:
    record = customers_api.made("sam", "/v1/customers", {"company": "Conflict Ltd"})
    path = f"/v1/customers/{record['id']}"
    first = customers_api.call("sam", "PATCH", path, {"notes": "one"}).headers["Change-Set"]
    customers_api.call("sam", "PATCH", path, {"notes": "two"})
    refused = workspace_api.call("sam", "POST", f"/v1/change-sets/{first}/undo")
    assert refused.status_code == 409
    assert refused.get_json()["conflicts"] == [
        {"table": "customers", "id": record["id"], "reason": "changed_since", "fields": ["notes"]}
    ]
    skipped = workspace_api.call("sam", "POST", f"/v1/change-sets/{first}/undo", {"conflicts": "skip"})
    assert (skipped.status_code, len(skipped.get_json()["conflicts"])) == (200, 1)
    assert customers_api.call("sam", "GET", path).get_json()["notes"] == "two"


def test_the_feed_goes_on_from_its_cursor(workspace_api: Api, customers_api: Api) -> None:
    cursor = None
    while page := workspace_api.call("ada", "GET", "/v1/changes", query_string={"cursor": cursor} if cursor else None):
        body = page.get_json()
        cursor = body["next"]
        if not body["more"]:
            break
    customers_api.made("sam", "/v1/customers", {"company": "Fed Ltd"})
    body = workspace_api.call("ada", "GET", "/v1/changes", query_string={"cursor": cursor}).get_json()
    assert [(c["operation"], c["changes"]["company"]["after"]) for c in body["items"]] == [("created", "Fed Ltd")]
    assert workspace_api.call("ada", "GET", "/v1/changes", query_string={"cursor": "x"}).status_code == 400


def test_the_pipeline_counts_what_the_caller_sees(reports_api: Api, sales_api: Api) -> None:
    sales_api.made("sam", "/v1/opportunities", {"stage": "Proposal", "amount": "100.10"})
    sales_api.made("sam", "/v1/opportunities", {"stage": "Proposal", "amount": "1000", "currency": "JPY"})
    sales_api.made("sid", "/v1/opportunities", {"stage": "Won", "amount": "7"})
    stages = {s["stage"]: s for s in reports_api.call("sam", "GET", "/v1/reports/pipeline").get_json()["stages"]}
    assert stages["Proposal"] == {
        "stage": "Proposal",
        "probability": "0.60",
        "count": 2,
        "amounts": [
            {"currency": "JPY", "amount": "1000", "weighted": "600"},
            {"currency": "USD", "amount": "100.10", "weighted": "60.06"},
        ],
    }
    assert stages["Won"]["count"] == 0
    seen_by_admin = reports_api.call("ada", "GET", "/v1/reports/pipeline").get_json()
    assert [s["count"] for s in seen_by_admin["stages"]] == [0, 0, 2, 1, 0]
    assert seen_by_admin["open"]["count"] == 2


def test_what_was_undone_is_not_undone_again_but_its_undo_can_be(workspace_api: Api, customers_api: Api) -> None:
    made = customers_api.call("sam", "POST", "/v1/customers", {"company": "Back Again Ltd"})
    first = f"/v1/change-sets/{made.headers['Change-Set']}/undo"
    undo = workspace_api.call("sam", "POST", first).headers["Change-Set"]
    again = workspace_api.call("sam", "POST", first)
    assert (again.status_code, again.get_json()["undone_by"]) == (409, undo)
    assert workspace_api.call("sam", "POST", f"/v1/change-sets/{undo}/undo").status_code == 200
    assert customers_api.call("sam", "GET", made.headers["Location"]).status_code == 200
    assert workspace_api.call("sam", "POST", first).status_code == 200
