"""Forged, hostile and broken requests."""

from __future__ import annotations

import pytest
from flask import Flask

from services.forms.app import ROUTES
from services.registry import TABLES
from tests.integration.forms.browser import Browser
from tests.integration.forms.conftest import Visit

HOSTILE = [
    "a\x00b",
    "x" * 200_000,
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "NaN",
    "1e999",
    "0000-00-00",
    "99999-01-01",
    "-1",
    "🐝" * 300,
    "\u202eright to left",
    "'; DROP TABLE customers; --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "%s %(x)s \\",
]


@pytest.mark.parametrize(("method", "path"), [(m, p) for m, p, _, _ in ROUTES if m == "POST"])
def test_every_form_without_its_token_is_refused(signed_in: Visit, method: str, path: str) -> None:
    filled = path.replace("<table>", "customers")
    for name in ("<record_id>", "<change_set>"):
        filled = filled.replace(name, "01a206f5-4236-790a-804a-0ec8e1138db8")
    page = signed_in("sam").post(filled, [("company", "Forged Ltd"), ("csrf_token", "0" * 64)], follow=False)
    assert page.status == 403
    assert "Load the page again" in page.text or "cookie" in page.text


def test_a_token_of_another_session_is_refused(signed_in: Visit) -> None:
    form = signed_in("sam").get("/tables/customers/new").form("/new")
    assert signed_in("mia").submit(form, company="Not Mine Ltd").status == 403


def test_every_page_carries_the_headers_that_keep_it_to_itself(signed_in: Visit, stranger: Browser) -> None:
    for page in (
        stranger.get("/sign-in"),
        stranger.get("/", follow=False),
        signed_in("sam").get("/"),
        signed_in("sam").get("/tables/none"),
    ):
        headers = page.answer.headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "<script" not in page.html
        assert " style=" not in page.html


# Tables of the same schema have the same form.
SCHEMAS = {TABLES[name].schema: name for name in TABLES}


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("table", SCHEMAS.values())
def test_no_value_in_any_field_breaks_a_form(signed_in: Visit, table: str, hostile: str) -> None:
    ada = signed_in("ada")
    form = ada.get(f"/tables/{table}/new").form("/new")
    for name in TABLES[table].writable:
        page = ada.post(f"/tables/{table}/new", form.filled({name: hostile}))
        assert page.status < 500, name
        assert "<script>alert" not in page.html


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_no_value_in_any_address_breaks_a_page(signed_in: Visit, hostile: str) -> None:
    sam = signed_in("sam")
    short = hostile[:5_000]
    for name in ("q", "sort", "cursor", "trail", "filter", "done", "receipt", "next", "nonsense"):
        for path in ("/", "/tables/customers", "/changes", "/sign-in"):
            answer = sam.client.get(path, query_string={name: short})
            assert answer.status_code < 500, (path, name)
    for path in (f"/tables/{short}", f"/tables/customers/{short}", f"/changes/{short}", f"/tables/{short}/new"):
        assert sam.client.get(path).status_code < 500


def test_a_huge_form_is_refused_and_a_large_one_is_not_echoed_whole(signed_in: Visit) -> None:
    sam = signed_in("sam")
    assert sam.make("customers", company="x" * 3_000_000).status == 413
    page = sam.make("customers", company="x" * 1_000_000)
    assert page.status == 422
    assert "1,000,000 characters" in page.text
    assert len(page.html) < 200_000


def test_what_people_type_is_shown_as_text(signed_in: Visit) -> None:
    sam = signed_in("sam")
    page = sam.make("customers", company="<b>Bold</b> & Co", website="https://x.example/?a=1&b=<c>")
    for path in (page.path, "/tables/customers?q=Bold", "/changes", f"{page.path.partition('?')[0]}/history"):
        html = sam.get(path).html
        assert "<b>Bold" not in html
    assert "<b>Bold</b> & Co" in sam.get("/tables/customers?q=Bold").text


def test_the_application_can_stand_under_a_stage(forms_app: Flask) -> None:
    browser = Browser(forms_app, "/dev")
    page = browser.sign_in("mia")
    assert page.status == 200
    for link in page.links:
        assert link.startswith(("/dev/", "#"))
    page = browser.make("customers", company="Staged Ltd")
    assert "Saved." in page.text
    for tag, given in page.tags:
        if tag in ("link", "img"):
            assert (given.get("href") or given["src"]).startswith("/dev/assets/")
