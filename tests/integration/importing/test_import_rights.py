"""An import can do what its importer may do, and no more."""

from __future__ import annotations

from services.records.importing.report import Report
from tests.integration.importing.conftest import Import
from tests.support.world import World


def reasons(report: Report) -> list[tuple[int, str | None, str]]:
    return [(refusal.line, refusal.field, refusal.reason) for refusal in report.refused]


def test_records_that_the_importer_cannot_see_are_not_found_and_not_proposed(put: Import) -> None:
    put("customers", "company,owner\nAcme,sid\nBolt,sam\n")
    text = "external_id,stage,customer\nA1,Won,Acme\nA2,Won,Bolt\nA3,Won,Acm\n"
    report = put("opportunities", text, who="sam")
    assert reasons(report) == [
        (2, "customer_id", "There is no customer 'Acme'."),
        (4, "customer_id", "There is no customer 'Acm'."),
    ]
    assert [unknown.proposals for unknown in report.unknown] == [(), ()]
    assert reasons(put("opportunities", text, who="sid"))[0] == (3, "customer_id", "There is no customer 'Bolt'.")


def test_a_key_in_use_by_a_hidden_record_is_refused_without_telling_more(put: Import) -> None:
    put("customers", "company,owner,notes\nAcme,sid,secret\n")
    report = put("customers", "company,notes\nAcme,mine\nBolt,\n", who="sam")
    assert reasons(report) == [(2, "company", "A record that you can't see has this.")]
    assert report.created == 1


def test_a_salesperson_makes_no_records_of_others(put: Import, clean_world: World) -> None:
    report = put("customers", "company,owner\nAcme,sue\nBolt,sam\n", who="sam")
    assert reasons(report) == [(2, None, "Your role does not allow this.")]
    assert put("customers", "company,owner\nBolt,sam\n", who="sam").created == 1
    assert clean_world.owner("SELECT owner_id FROM customers") == [(clean_world.ids["sam"],)]


def test_a_record_that_may_be_read_only_is_refused(put: Import) -> None:
    put("customers", "company,owner,shared\nAcme,sue,yes\n")
    report = put("customers", "company,notes\nAcme,hello\n", who="sam")
    assert reasons(report) == [(2, None, "Your role does not allow this.")]


def test_what_only_admins_write_is_refused_to_others(put: Import) -> None:
    report = put("products", "name\nA\nB\n", who="mia")
    assert reasons(report) == [(line, None, "Your role does not allow this.") for line in (2, 3)]


def test_a_manager_hands_records_over_by_file(put: Import, clean_world: World) -> None:
    put("customers", "company,owner\nAcme,sam\n")
    report = put("customers", "company,owner,notes\nAcme,sid,moved\n", who="mia")
    assert [dict(update.changes) for update in report.updated] == [
        {"owner_id": ("sam", "sid"), "notes": (None, "moved")}
    ]
    assert clean_world.owner("SELECT owner_id, notes FROM customers") == [(clean_world.ids["sid"], "moved")]


def test_many_changed_records_with_one_refused_among_them_name_just_that_one(put: Import) -> None:
    put("customers", "company,owner,shared\nA,sam,\nB,sue,yes\nC,sam,\n")
    report = put("customers", "company,notes\nA,x\nB,x\nC,x\n", who="sam")
    assert reasons(report) == [(3, None, "Your role does not allow this.")]
    assert [update.line for update in report.updated] == [2, 4]
    assert report.change_set is None
