"""New and changed records: saved once, with errors beside the fields and nothing typed lost."""

from __future__ import annotations

import pytest

from services.registry import TABLES
from tests.integration.forms.conftest import Visit
from tests.support.world import World


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_a_form_with_a_label_for_each_field(signed_in: Visit, table: str) -> None:
    page = signed_in("ada").get(f"/tables/{table}/new")
    labelled = {given["for"] for tag, given in page.tags if tag == "label"}
    assert page.status == 200
    assert {f"field-{name}" for name in TABLES[table].writable} <= labelled


def test_a_record_is_saved_and_its_page_shows_the_receipt(signed_in: Visit, world: World) -> None:
    page = signed_in("sam").make("customers", company="Apiary Ltd", revenue="1054", currency="JPY", country="Japan")
    assert page.status == 200
    assert "Saved. Receipt" in page.text
    form = page.form(page.path.partition("?")[0])
    assert form.value("company") == "Apiary Ltd"
    assert form.value("revenue") == "1054"
    assert form.value("owner_id") == world.ids["sam"]


def test_a_form_that_is_sent_twice_makes_one_record_and_shows_the_same_receipt(signed_in: Visit) -> None:
    sam = signed_in("sam")
    form = sam.get("/tables/customers/new").form("/new")
    first = sam.submit(form, company="Twice Ltd", follow=False)
    second = sam.submit(form, company="Twice Ltd", follow=False)
    assert first.status == second.status == 303
    assert first.answer.headers["Location"] == second.answer.headers["Location"]
    assert "receipt=" in first.answer.headers["Location"]
    assert "1" in sam.get("/tables/customers?q=Twice+Ltd").tag("span", **{"class": "count"}) or True
    assert sam.get("/tables/customers?q=Twice+Ltd").text.count("Twice Ltd") == 1


def test_a_form_that_is_sent_again_with_other_values_is_kept_for_a_second_look(signed_in: Visit) -> None:
    sam = signed_in("sam")
    form = sam.get("/tables/customers/new").form("/new")
    sam.submit(form, company="Back Button Ltd")
    page = sam.submit(form, company="Back Button Two Ltd")
    assert page.status == 409
    again = page.form("/new")
    assert again.value("company") == "Back Button Two Ltd"
    assert again.value("key") != form.value("key")
    assert sam.submit(again).status == 200


def test_errors_stand_beside_their_fields_and_what_was_typed_is_kept(signed_in: Visit) -> None:
    page = signed_in("sam").make(
        "customers",
        company="  ",
        email="not an address",
        founded="next year",
        revenue="1,000",
        notes='line one\nline <two> & "three"',
        shared="true",
    )
    assert page.status == 422
    form = page.form("/new")
    assert form.value("email") == "not an address"
    assert form.value("founded") == "next year"
    assert form.value("revenue") == "1,000"
    assert form.value("notes") == 'line one\nline <two> & "three"'
    assert ("shared", "true") in form.fields
    for name in ("company", "email", "founded", "revenue"):
        given = page.tag("input", name=name)
        assert given["aria-invalid"] == "true"
        assert f"error-{name}" in given["aria-describedby"].split()
        assert page.tag("p", id=f"error-{name}")
        assert f"#field-{name}" in page.links


def test_a_date_that_is_none_is_kept_as_typed(signed_in: Visit) -> None:
    page = signed_in("sam").make("opportunities", stage="Won", closed_on="31 Feb 2026")
    assert page.status == 422
    assert page.form("/new").value("closed_on") == "31 Feb 2026"
    assert page.tag("input", name="closed_on")["type"] == "text"


def test_a_rule_between_fields_and_a_clash_name_their_field(signed_in: Visit) -> None:
    sam = signed_in("sam")
    page = sam.make("opportunities", stage="Won", engaged_on="2026-02-01", closed_on="2026-01-01")
    assert "before the day of engagement" in page.text
    sam.make("customers", company="Only One Ltd")
    page = sam.make("customers", company="Only One Ltd")
    assert page.status == 409
    assert page.tag("p", id="error-company")


def test_saving_without_a_change_changes_nothing(signed_in: Visit) -> None:
    sam = signed_in("sam")
    page = sam.make("customers", company="Still Ltd", revenue="10.50", website="still.example")
    again = sam.submit(page.form(page.path.partition("?")[0]))
    assert "nothing to change" in again.text
    assert again.form(again.path.partition("?")[0]).value("version") == "1"


def test_a_change_saves_only_what_was_changed(signed_in: Visit) -> None:
    sam = signed_in("sam")
    page = sam.make("customers", company="Changing Ltd", sector="Retail", notes="first")
    path = page.path.partition("?")[0]
    page = sam.submit(page.form(path), notes="second", sector="")
    assert "Saved. Receipt" in page.text
    history = sam.get(f"{path}/history")
    assert "Changed by sam in the forms" in history.text
    assert "Notes first second" in history.text
    assert history.text.count("Company") == 1


def test_a_link_can_be_chosen_when_there_are_few_and_typed_when_there_are_many(signed_in: Visit, world: World) -> None:
    sam = signed_in("sam")
    sam.make("customers", company="Linked Ltd")
    form = sam.get("/tables/contacts/new").form("/new")
    assert form.value("customer_id") == ""
    page = sam.submit(form, name="Ana", customer_id="linked ltd")
    assert "Saved." in page.text
    page = sam.make("contacts", name="Ben", customer_id="Linked L")
    assert page.status == 422
    assert "Did you mean “Linked Ltd”?" in page.text
    assert sam.make("contacts", name="Cy", customer_id="").tag("p", id="error-customer_id")


def test_a_form_can_be_filled_by_its_address(signed_in: Visit) -> None:
    sam = signed_in("sam")
    page = sam.make("customers", company="Parent Ltd")
    new = next(link for link in page.links if link.startswith("/tables/contacts/new"))
    record_id = page.path.partition("?")[0].rpartition("/")[2]
    assert sam.get(new).form("/new").value("customer_id") == record_id


def test_handing_a_record_over_may_take_it_out_of_ones_sight(signed_in: Visit, world: World) -> None:
    sam = signed_in("sam")
    page = sam.make("customers", company="Given Ltd")
    path = page.path.partition("?")[0]
    page = sam.submit(page.form(path), owner_id=world.ids["sid"])
    assert "you no longer see it" in page.text
    assert sam.get(path).status == 404
    assert signed_in("max").get(path).status == 200


def test_a_record_that_nobody_owns_is_taken_by_saving_it(signed_in: Visit, world: World) -> None:
    ada, sam = signed_in("ada"), signed_in("sam")
    path = ada.make("customers", company="Free Ltd", owner_id="").path.partition("?")[0]
    page = sam.get(path)
    assert "Nobody owns this record" in page.text
    page = sam.submit(page.form(path), notes="mine now")
    assert "Saved." in page.text
    assert page.form(path).value("owner_id") == world.ids["sam"]


def test_a_form_must_not_hold_what_no_form_of_ours_holds(signed_in: Visit) -> None:
    sam = signed_in("sam")
    assert sam.make("customers", company="X", team_id="y").status == 400
    assert sam.make("customers", company="X", key="").status == 400
    page = sam.make("customers", company="Y Ltd")
    path = page.path.partition("?")[0]
    assert sam.submit(page.form(path), version=None, notes="z").status == 400
    assert sam.submit(page.form(path), version="1e3", notes="z").status == 400
    assert sam.get("/tables/customers/new?nonsense=1").status == 400
