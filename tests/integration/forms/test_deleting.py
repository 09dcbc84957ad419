"""Deleting, restoring, history, change sets and undo."""

from __future__ import annotations

import uuid

from tests.integration.forms.conftest import Visit


def test_a_deleted_record_can_be_undone_from_its_receipt(signed_in: Visit) -> None:
    sam = signed_in("sam")
    path = sam.make("customers", company="Gone Ltd").path.partition("?")[0]
    page = sam.submit(sam.get(path).form("/delete"))
    assert "Deleted. Receipt" in page.text
    assert "Gone Ltd" not in sam.get("/tables/customers").text
    page = sam.submit(page.form("/undo"))
    assert "Undone." in page.text
    assert sam.get(path).status == 200


def test_a_customer_takes_its_contacts_along_and_brings_them_back(signed_in: Visit) -> None:
    sam = signed_in("sam")
    path = sam.make("customers", company="Family Ltd").path.partition("?")[0]
    contact = sam.make("contacts", name="Kim", customer_id=path.rpartition("/")[2]).path.partition("?")[0]
    page = sam.submit(sam.get(path).form("/delete"))
    assert sam.get(contact).status == 404
    sam.submit(page.form("/undo"))
    assert sam.get(contact).status == 200


def test_the_page_of_a_deleted_record_says_who_did_it_and_restores_it(signed_in: Visit) -> None:
    sam = signed_in("sam")
    path = sam.make("customers", company="Restored Ltd").path.partition("?")[0]
    sam.submit(sam.get(path).form("/delete"))
    page = sam.get(path)
    assert page.status == 404
    assert "Restored Ltd is deleted" in page.text
    assert "sam deleted this customer in the forms" in page.text
    assert sam.get(f"{path}/history").status == 200
    form = page.form("/restore")
    first, twin = sam.submit(form, follow=False), sam.submit(form, follow=False)
    assert first.answer.headers["Location"] == twin.answer.headers["Location"]
    assert "Restored. Receipt" in sam.get(first.answer.headers["Location"]).text


def test_a_record_that_others_refer_to_is_not_deleted(signed_in: Visit) -> None:
    sam = signed_in("sam")
    path = sam.make("customers", company="Needed Ltd").path.partition("?")[0]
    sam.make("opportunities", stage="Won", customer_id=path.rpartition("/")[2])
    page = sam.submit(sam.get(path).form("/delete"))
    assert page.status == 409
    assert "refer to this record" in page.text


def test_a_stale_delete_is_refused(signed_in: Visit) -> None:
    sam = signed_in("sam")
    path = sam.make("customers", company="Stale Ltd").path.partition("?")[0]
    form = sam.get(path).form("/delete")
    sam.submit(sam.get(path).form(path), notes="x")
    assert sam.submit(form).status == 412
    assert sam.submit(form, version="x", key="other").status == 400


def test_recent_changes_can_be_undone_with_conflicts_listed(signed_in: Visit) -> None:
    sam = signed_in("sam")
    path = sam.make("customers", company="History Ltd", notes="one").path.partition("?")[0]
    page = sam.submit(sam.get(path).form(path), notes="two")
    receipt = page.path.partition("receipt=")[2]
    sam.submit(sam.get(path).form(path), notes="three")
    assert f"/changes/{receipt}" in sam.get("/changes").links

    page = sam.submit(sam.get(f"/changes/{receipt}").form("/undo"))
    assert page.status == 409
    assert "History Ltd : changed since (Notes)" in page.text
    page = sam.submit(page.form("/undo"))
    assert "nothing to change" in page.text
    assert sam.get(path).form(path).value("notes") == "three"


def test_an_undo_is_a_change_that_can_be_undone_itself(signed_in: Visit) -> None:
    sam = signed_in("sam")
    page = sam.make("customers", company="Seesaw Ltd", notes="one")
    path = page.path.partition("?")[0]
    receipt = sam.submit(page.form(path), notes="two").path.partition("receipt=")[2]
    page = sam.submit(sam.get(f"/changes/{receipt}").form("/undo"))
    assert sam.get(path).form(path).value("notes") == "one"
    assert "was undone since" in sam.get(f"/changes/{receipt}").text
    assert not sam.get(f"/changes/{receipt}").has_form("/undo")
    sam.submit(page.form("/undo"))
    assert sam.get(path).form(path).value("notes") == "two"


def test_what_is_not_there_is_said_to_be_missing(signed_in: Visit) -> None:
    sam, nothing = signed_in("sam"), uuid.uuid4()
    for path in (f"/tables/customers/{nothing}", "/tables/customers/7", "/tables/nothing", f"/changes/{nothing}"):
        page = sam.get(path)
        assert page.status == 404
        assert "There is no such" in page.text
    assert sam.get(f"/tables/customers/{nothing}/history").status == 404


def test_the_changes_of_records_out_of_sight_are_not_shown(signed_in: Visit) -> None:
    page = signed_in("sid").make("customers", company="Quiet Ltd")
    receipt = page.path.partition("receipt=")[2]
    assert signed_in("sam").get(f"/changes/{receipt}").status == 404
    assert f"/changes/{receipt}" not in signed_in("sam").get("/changes").links
    assert signed_in("vic").get(f"/changes/{receipt}").status == 200
    assert not signed_in("vic").get(f"/changes/{receipt}").has_form("/undo")
