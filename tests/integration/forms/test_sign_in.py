"""Signing in and out, and who is sent where."""

from __future__ import annotations

import pytest
from flask import Flask

from services.accounts.sessions import set_password
from services.forms.visitor import COOKIE
from services.shared.errors import Forbidden, NotFound
from tests.integration.forms.browser import PASSWORD, Browser
from tests.integration.forms.conftest import Visit
from tests.support.world import World


def test_a_person_signs_in_and_is_greeted(stranger: Browser) -> None:
    page = stranger.sign_in("sam")
    assert page.status == 200
    assert "Good to see you, sam" in page.text


def test_a_visitor_who_is_not_signed_in_is_asked_to_and_then_gets_the_page(stranger: Browser) -> None:
    asked = stranger.get("/tables/customers?q=a%26b", follow=False)
    assert asked.status == 303
    page = stranger.get(asked.answer.headers["Location"])
    form = page.form("/sign-in")
    answer = stranger.submit(form, email="sam@example.com", password=PASSWORD, follow=False)
    assert answer.answer.headers["Location"] == "/tables/customers?q=a%26b"


def test_a_wrong_password_is_refused_with_the_address_kept(stranger: Browser) -> None:
    page = stranger.sign_in("sam", "not the password")
    assert page.status == 422
    assert "do not belong together" in page.text
    assert page.form("/sign-in").value("email") == "sam@example.com"
    assert COOKIE not in page.answer.headers.get("Set-Cookie", "")


@pytest.mark.parametrize("email", ["", "nobody@example.com", "a\x00b@example.com", "x" * 5_000, "ünïcødé 🐝"])
def test_an_address_that_nobody_has_is_refused_in_the_same_words(stranger: Browser, email: str) -> None:
    form = stranger.get("/sign-in").form("/sign-in")
    page = stranger.submit(form, email=email, password=PASSWORD)
    assert page.status == 422
    assert "do not belong together" in page.text


def test_after_five_failures_even_the_right_password_has_to_wait(stranger: Browser) -> None:
    for _ in range(5):
        assert stranger.sign_in("sid", "wrong wrong wrong").status == 422
    page = stranger.sign_in("sid")
    assert page.status == 429
    assert "Wait 15 minutes" in page.text


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "evil", "/" + "a" * 3_000],
)
def test_next_never_leads_to_another_site(stranger: Browser, wanted: str) -> None:
    form = stranger.get("/sign-in").form("/sign-in")
    page = stranger.submit(form, email="mia@example.com", password=PASSWORD, next=wanted, follow=False)
    assert page.answer.headers["Location"] == "/"


def test_signing_out_ends_the_session_itself(stranger: Browser) -> None:
    stranger.sign_in("mia")
    token = stranger.client.get_cookie(COOKIE)
    assert token is not None
    page = stranger.submit(stranger.get("/").form("/sign-out"))
    assert "You are signed out" in page.text
    stranger.client.set_cookie(COOKIE, token.value)
    assert stranger.get("/", follow=False).status == 303


def test_who_is_signed_in_needs_no_sign_in_page(signed_in: Visit) -> None:
    page = signed_in("mia").get("/sign-in?next=/changes", follow=False)
    assert page.answer.headers["Location"] == "/changes"


def test_a_dead_session_can_be_replaced_by_signing_in(stranger: Browser) -> None:
    stranger.client.set_cookie(COOKIE, "no-such-session")
    assert stranger.sign_in("mia").status == 200


def test_the_cookies_are_for_this_path_and_out_of_scripts_reach(forms_app: Flask) -> None:
    browser = Browser(forms_app, "/dev")
    form = browser.get("/sign-in").form("/sign-in")
    assert form.action == "/dev/sign-in"
    page = browser.submit(form, email="mia@example.com", password=PASSWORD, follow=False)
    cookie = next(c for c in page.answer.headers.getlist("Set-Cookie") if c.startswith(COOKIE))
    assert page.answer.headers["Location"] == "/dev/"
    assert {"HttpOnly", "SameSite=Lax", "Path=/dev"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


@pytest.mark.parametrize("base", ["https://localhost", "http://skep.example", "https://skep.example"])
def test_the_cookie_is_secure_anywhere_but_on_plain_http_at_home(forms_app: Flask, base: str) -> None:
    answer = forms_app.test_client().get("/sign-in", base_url=base)
    assert "Secure" in answer.headers["Set-Cookie"]


def test_sign_in_without_its_cookie_is_refused(forms_app: Flask) -> None:
    answer = forms_app.test_client().post("/sign-in", data={"csrf_token": "x", "email": "a", "password": "b"})
    assert answer.status_code == 403


def test_a_password_ends_the_sessions_before_it_and_has_a_length(signed_in: Visit, stranger: Browser) -> None:
    stranger.sign_in("sue")
    person = next(link for link in stranger.get("/").links if link.startswith("/tables/people/"))
    form = stranger.get(person).form("/password")
    assert stranger.submit(form, password="short").status == 422
    page = stranger.submit(form, password="another good password", follow=False)
    assert page.status == 303
    assert stranger.get("/", follow=False).status == 303
    assert stranger.sign_in("sue", "another good password").status == 200


def test_only_an_admin_sets_the_password_of_somebody_else(world: World, signed_in: Visit) -> None:
    with pytest.raises(Forbidden):
        set_password(world.caller("sam"), world.ids["vic"], PASSWORD)
    with pytest.raises(NotFound):
        set_password(world.caller("ada"), world.ids["North"], PASSWORD)
    page = signed_in("ada").get(f"/tables/people/{world.ids['vic']}")
    assert page.has_form("/password")
    assert not signed_in("sam").get(f"/tables/people/{world.ids['vic']}").has_form("/password")
