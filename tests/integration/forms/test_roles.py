"""What each role is offered, and what is refused to it all the same."""

from __future__ import annotations

import pytest

from services.registry import TABLES
from tests.integration.forms.conftest import Visit
from tests.support.world import World


def test_a_viewer_reads_without_a_save_button_and_can_not_save(signed_in: Visit) -> None:
    path = signed_in("sam").make("customers", company="Seen Ltd", notes="by all").path.partition("?")[0]
    vic = signed_in("vic")
    page = vic.get(path)
    assert "Seen Ltd" in page.text
    assert not page.has_form(path)
    assert not page.has_form("/delete")
    form = signed_in("sam").get(path).form(path)
    page = vic.submit(form, csrf_token=vic.get("/").form("/sign-out").value("csrf_token"), notes="no")
    assert page.status == 403
    assert "does not allow it" in page.text
    assert vic.get("/tables/customers/new").status == 403


def test_sales_see_a_shared_record_of_the_team_without_a_form(signed_in: Visit) -> None:
    page = signed_in("sue").make("customers", company="Shared Ltd", shared="true")
    path = page.path.partition("?")[0]
    page = signed_in("sam").get(path)
    assert page.status == 200
    assert not page.has_form(path)
    assert signed_in("mia").get(path).has_form(path)
    assert signed_in("sid").get(path).status == 404


@pytest.mark.parametrize("name", ["mia", "sam", "vic"])
@pytest.mark.parametrize("table", [t for t in TABLES if "owner_id" not in TABLES[t].fields])
def test_only_an_admin_changes_the_lists(signed_in: Visit, name: str, table: str) -> None:
    assert signed_in(name).get(f"/tables/{table}/new").status == 403


def test_what_the_forms_offer_is_what_the_database_allows(signed_in: Visit, world: World) -> None:
    for owner in ("sam", "sid", ""):
        values = {"company": f"Matrix {owner} Ltd", "owner_id": world.ids[owner] if owner else "", "shared": "true"}
        path = signed_in("ada").make("customers", **values).path.partition("?")[0]
        for name in ("ada", "mia", "sam", "sue", "max", "sid", "vic"):
            browser = signed_in(name)
            page = browser.get(path)
            if page.status == 404:
                continue
            form = signed_in("ada").get(path).form(path)
            token = browser.get("/").form("/sign-out").value("csrf_token")
            taken = world.ids[name] if not owner and name in ("sam", "sue", "sid") else form.value("owner_id")
            tried = browser.submit(form, csrf_token=token, notes=f"by {name}", owner_id=taken)
            assert (tried.status == 200) == page.has_form(path), (owner, name)
            if not owner and tried.status == 200:
                signed_in("ada").submit(signed_in("ada").get(path).form(path), owner_id="")


def test_an_admin_makes_a_clients_key_which_is_shown_once(signed_in: Visit, world: World) -> None:
    ada, client = signed_in("ada"), world.ids["sid's client"]
    path = f"/tables/clients/{client}"
    page = ada.submit(ada.get(path).form("/key"))
    key = page.tag("input", id="key")["value"]
    assert page.status == 200
    assert key.startswith("skp_")
    assert key not in ada.get(path).text
    form = ada.get(path).form("/key")
    sam = signed_in("sam")
    assert not sam.get(path).has_form("/key")
    page = sam.submit(form, csrf_token=sam.get("/").form("/sign-out").value("csrf_token"))
    assert page.status == 403


def test_keys_are_for_clients_and_passwords_for_people(signed_in: Visit, world: World) -> None:
    ada = signed_in("ada")
    token = ("csrf_token", ada.get("/").form("/sign-out").value("csrf_token"))
    assert ada.post(f"/tables/people/{world.ids['sam']}/key", [token]).status == 404
    assert ada.post(f"/tables/teams/{world.ids['North']}/password", [token]).status == 404


def test_a_client_with_a_role_of_iam_has_no_key(signed_in: Visit, world: World) -> None:
    ada = signed_in("ada")
    arn = "arn:aws:iam::123456789012:role/warehouse"
    page = ada.make("clients", name="Warehouse", person_id=world.ids["ada"], role="viewer", iam_arn=arn)
    path = page.path.partition("?")[0]
    assert not page.has_form("/key")
    token = ("csrf_token", ada.get("/").form("/sign-out").value("csrf_token"))
    assert ada.post(f"{path}/key", [token]).status == 422
