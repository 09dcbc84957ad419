"""The tables' REST routes for a person's session, below /app/api."""

from __future__ import annotations

from services.forms.visitor import COOKIE
from tests.integration.forms.browser import Browser
from tests.integration.forms.conftest import Visit


def token_of(browser: Browser) -> dict[str, str]:
    """The header that a write needs."""
    return {"X-CSRF-Token": browser.get("/").form("/sign-out").value("csrf_token")}


def test_a_session_reads_and_writes_with_its_token(signed_in: Visit) -> None:
    sam = signed_in("sam")
    made = sam.client.post("/app/api/customers", json={"company": "Grid Ltd"}, headers=token_of(sam))
    assert made.status_code == 201
    listed = sam.client.get("/app/api/customers", query_string={"q": "Grid"}).get_json()
    assert [r["company"] for r in listed["items"]] == ["Grid Ltd"]
    history = sam.get(f"/tables/customers/{made.get_json()['id']}/history")
    assert "in the forms" in history.text


def test_a_write_without_the_token_is_a_problem(signed_in: Visit) -> None:
    answer = signed_in("sam").client.post("/app/api/customers", json={"company": "Forged"})
    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"


def test_nobody_gets_a_problem_and_not_a_page(stranger: Browser) -> None:
    for path in ("/app/api/customers", "/app/api/nothing"):
        answer = stranger.client.get(path)
        assert answer.mimetype == "application/problem+json"
        assert answer.status_code == (401 if "customers" in path else 404)
    stranger.client.set_cookie(COOKIE, "x" * 3_000)
    assert stranger.client.get("/app/api/customers").status_code == 401
