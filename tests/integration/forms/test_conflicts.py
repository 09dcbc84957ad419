"""Two people at one record."""

from __future__ import annotations

from tests.integration.forms.conftest import Visit


def test_an_edit_on_a_stale_version_shows_both_and_saves_what_is_chosen(signed_in: Visit) -> None:
    ada, mia = signed_in("ada"), signed_in("mia")
    path = ada.make("customers", company="Both Ltd", sector="Retail", revenue="10").path.partition("?")[0]
    adas = ada.get(path).form(path)
    mias = ada.get(path).form(path)
    ada.submit(mias, notes="theirs", sector="Finance")

    page = ada.submit(adas, notes="mine", phone="+49 40 123456")
    assert page.status == 412
    assert "ada changed this customer" in page.text
    form = page.form(path)
    assert form.value("keep.notes") == "mine"
    assert form.value("keep.phone") == "mine"
    assert form.value("keep.sector") == "now", "what only the others touched is theirs"
    assert "keep.revenue" not in dict(form.fields)

    saved = ada.submit(form)
    assert "Saved. Receipt" in saved.text
    last = saved.form(path)
    assert (last.value("notes"), last.value("sector"), last.value("phone")) == ("mine", "Finance", "+49 40 123456")
    assert mia.get("/").status == 200


def test_the_other_value_can_be_kept(signed_in: Visit) -> None:
    ada = signed_in("ada")
    path = ada.make("customers", company="Keep Ltd", notes="was").path.partition("?")[0]
    stale = ada.get(path).form(path)
    ada.submit(stale, notes="theirs")
    form = ada.submit(ada.get(path).form(path), notes="third").form(path)
    assert form.value("notes") == "third"

    page = ada.submit(stale, notes="mine", size="7", key="another-key")
    saved = ada.post(path, page.form(path).filled({"keep.notes": "now"}))
    last = saved.form(path)
    assert (last.value("notes"), last.value("size")) == ("third", "7")


def test_a_third_change_meanwhile_asks_again(signed_in: Visit) -> None:
    ada = signed_in("ada")
    path = ada.make("products", name="Hive", price="10").path.partition("?")[0]
    first, second, third = (ada.get(path).form(path) for _ in range(3))
    ada.submit(first, price="11")
    page = ada.submit(second, price="12")
    assert page.status == 412
    ada.submit(third, version=page.form(path).value("version"), price="13")
    assert ada.submit(page.form(path)).status == 412


def test_a_wrong_value_in_what_was_chosen_comes_back_as_a_form(signed_in: Visit) -> None:
    ada = signed_in("ada")
    path = ada.make("customers", company="Wrong Ltd").path.partition("?")[0]
    stale = ada.get(path).form(path)
    ada.submit(ada.get(path).form(path), notes="theirs")
    page = ada.submit(stale, email="no address")
    assert page.status == 412
    page = ada.submit(page.form(path))
    assert page.status == 422
    assert page.form(path).value("email") == "no address"
