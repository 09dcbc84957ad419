"""What becomes of a file's lines: created, updated, unchanged, repeated, refused; all or nothing."""

from __future__ import annotations

import pytest

from services.records.changes import get_change_set, undo_change_set
from services.registry import TABLES
from services.shared.errors import BadRequest, Invalid
from tests.integration.importing.conftest import Import
from tests.support.world import World

DEALS = (
    "Opportunity id,Stage,Amount,engaged on,Closed_On,notes\n"
    "A1,won,1054,10/20/2016,3/1/2017,\n"
    "A2,Engaging,,11/5/2016,,big\n"
    "A3,Prospecting,,,,\n"
)


def rows(world: World, table: str, names: str) -> list[tuple[object, ...]]:
    return world.owner(f"SELECT {names} FROM {table} WHERE deleted_at IS NULL ORDER BY 1")


def reasons(report: object) -> list[tuple[int, str | None, str]]:
    return [(refusal.line, refusal.field, refusal.reason) for refusal in report.refused]  # type: ignore[attr-defined]


def test_lines_become_records_in_one_change_set_and_undo_takes_them_back(put: Import, clean_world: World) -> None:
    report = put("opportunities", DEALS)
    assert (report.created, len(report.updated), report.unchanged, report.refused) == (3, 0, 0, ())
    assert rows(
        clean_world, "opportunities", "external_id, stage, amount::text, engaged_on::text, closed_on::text"
    ) == [
        ("A1", "Won", "1054.000", "2016-10-20", "2017-03-01"),
        ("A2", "Engaging", None, "2016-11-05", None),
        ("A3", "Prospecting", None, None, None),
    ]
    ada = clean_world.caller("ada")
    assert report.change_set is not None
    made = get_change_set(ada, TABLES, report.change_set)
    assert (made["door"], made["person_id"], len(made["changes"])) == ("import", clean_world.ids["ada"], 3)
    undo_change_set(ada, report.change_set, skip_conflicts=False)
    assert rows(clean_world, "opportunities", "external_id") == []


def test_a_rehearsal_changes_nothing_and_says_the_same(put: Import, clean_world: World) -> None:
    rehearsed = put("opportunities", DEALS, apply=False)
    assert (rehearsed.created, rehearsed.change_set) == (3, None)
    assert rows(clean_world, "opportunities", "external_id") == []
    assert clean_world.owner("SELECT count(*) FROM skep.change_log WHERE table_name = 'opportunities'") == [(0,)]


def test_the_same_file_again_changes_nothing(put: Import, clean_world: World) -> None:
    put("opportunities", DEALS)
    before = clean_world.owner("SELECT count(*), max(seq) FROM skep.change_log")
    again = put("opportunities", DEALS)
    assert (again.created, again.updated, again.unchanged, again.change_set) == (0, (), 3, None)
    assert clean_world.owner("SELECT count(*), max(seq) FROM skep.change_log") == before


def test_a_changed_file_updates_only_what_differs_and_shows_each_cell(put: Import, clean_world: World) -> None:
    put("opportunities", DEALS)
    changed = DEALS.replace("A2,Engaging,,", "A2,Lost,7.50,").replace("big", "")
    report = put("opportunities", changed + "A4,Won,1,11/5/2016,11/6/2016,\n")
    assert (report.created, report.unchanged, report.refused) == (1, 2, ())
    assert [(update.line, dict(update.changes)) for update in report.updated] == [
        (3, {"stage": ("Engaging", "Lost"), "amount": (None, "7.50"), "notes": ("big", None)})
    ]
    assert report.change_set is not None
    undo_change_set(clean_world.caller("ada"), report.change_set, skip_conflicts=False)
    assert rows(clean_world, "opportunities", "external_id, stage, amount, notes")[1:] == [
        ("A2", "Engaging", None, "big"),
        ("A3", "Prospecting", None, None),
    ]


def test_one_refused_line_keeps_all_others_out(put: Import, clean_world: World) -> None:
    report = put("opportunities", DEALS + "A9,Wonn,1,11/5/2016,,\n")
    assert (report.created, report.refused_lines, report.change_set) == (3, 1, None)
    assert reasons(report) == [
        (5, "stage", "This must be one of Prospecting, Engaging, Proposal, Won, Lost. The file has 'Wonn'.")
    ]
    assert [(u.field, u.value, u.lines, u.proposals) for u in report.unknown] == [("stage", "Wonn", (5,), ("Won",))]
    assert rows(clean_world, "opportunities", "external_id") == []


def test_every_refusal_is_found_at_once_with_its_line_also_those_of_the_database(put: Import) -> None:
    report = put(
        "people",
        "name,email,role\n"
        "Ann,ann@example.com,sales\n"
        "Ben,ann@example.com,sales\n"
        "Cal,not an address,sales\n"
        "Dan,dan@example.com,sales\n"
        "Eve,SAM@example.com,boss\n"
        "Fay,sam@example.com,\n",
    )
    assert reasons(report) == [
        (3, "email", "Another record has this email."),
        (4, "email", "This is not an e-mail address, such as ana@example.com. The file has 'not an address'."),
        (6, "role", "This must be one of admin, manager, sales, viewer. The file has 'boss'."),
        (7, "email", "Another record has this email."),
    ]
    assert report.created == 2


def test_rules_between_fields_hold_for_new_and_for_changed_records(put: Import) -> None:
    wrong = "external_id,stage,amount,currency,engaged_on,closed_on\nA1,Won,1.5,JPY,2020-01-02,2020-01-01\n"
    assert [(line, field) for line, field, _ in reasons(put("opportunities", wrong))] == [
        (2, "closed_on"),
        (2, "amount"),
    ]
    put("opportunities", wrong.replace("JPY", "USD").replace("2020-01-02", "2019-01-02"))
    assert [field for _, field, _ in reasons(put("opportunities", wrong))] == ["closed_on"]


def test_lines_that_repeat_a_key_count_once_and_are_refused_when_they_differ(put: Import, clean_world: World) -> None:
    report = put("teams", "name,office\nBlue,East\nBlue,East\n Blue ,East\n")
    assert (report.created, report.repeated, report.refused) == (1, 2, ())
    report = put("teams", "name,office\nRed,East\nRed,West\nRed,East\n")
    assert reasons(report) == [(3, "office", "Lines 2 and 3 both have 'Red', with another office.")]
    assert (report.created, report.repeated) == (1, 1)
    assert rows(clean_world, "teams", "name") == [("Blue",), ("North",), ("South",)]


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        ("Acme,$100,1,2020", "revenue", "without a currency sign"),
        ("Acme,100 €,1,2020", "revenue", "without a currency sign"),
        ('Acme,"1,234.50",1,2020', "revenue", "without separators between thousands"),
        ('Acme,"1234,5",1,2020', "revenue", "Write a decimal point"),
        ("Acme,NaN,1,2020", "revenue", "must be an amount"),
        ("Acme,1e999,1,2020", "revenue", "must be an amount"),
        ("Acme,1.2345,1,2020", "revenue", "at most three decimals"),
        ("Acme,1,NULL,2020", "size", "null=NULL"),
        ("Acme,1,2.5,2020", "size", "must be a whole number"),
        ("Acme,1,1,0", "founded", "must be between 1 and 9,999"),
        (f"{'x' * 1_000_000},1,1,2020", "company", "1,000,000 characters"),
        ("A\x07cme,1,1,2020", "company", "control character"),
        (",1,1,2020", "company", "This is required"),
        ("Acme,1,1", None, "3 cells, but there are 4 headings"),
        ("Acme,1,1,2020,x", None, "5 cells, but there are 4 headings"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_line_and_field(
    put: Import, line: str, field: str | None, reason: str
) -> None:
    report = put("customers", f"company,revenue,Employees,founded\nFirst,1,1,2020\n{line}\n")
    assert [(refusal.line, refusal.field) for refusal in report.refused] == [(3, field)]
    assert reason in report.refused[0].reason


def test_a_blank_cell_takes_the_value_away_but_never_a_default(put: Import, clean_world: World) -> None:
    put("customers", "company,currency,phone,owner,shared\nAcme,eur,+1 415 555 0123,sam,yes\nBeta,,,,no\n")
    names = "company, currency, phone, owner_id, shared"
    sam = clean_world.ids["sam"]
    assert rows(clean_world, "customers", names) == [
        ("Acme", "EUR", "+1 415 555 0123", sam, True),
        ("Beta", "USD", None, None, False),
    ]
    report = put("customers", "company,currency,phone,owner,shared\nAcme,,,,\n")
    assert [dict(update.changes) for update in report.updated] == [
        {"phone": ("+1 415 555 0123", None), "owner_id": ("sam", None)}
    ]
    assert rows(clean_world, "customers", names)[0] == ("Acme", "EUR", None, None, False)


def test_a_field_without_column_gets_its_default_and_stays_on_update(put: Import, clean_world: World) -> None:
    put("customers", "company\nAcme\n", who="sam")
    put("customers", "company,notes\nAcme,seen\n")
    assert rows(clean_world, "customers", "owner_id, currency, notes") == [(clean_world.ids["sam"], "USD", "seen")]


def test_a_text_that_stands_for_no_value_is_named_and_noticed(put: Import) -> None:
    text = "company,phone\nAcme,NULL\nBeta,NULL\n"
    noticed = put("customers", text, apply=False).notes
    assert noticed == ("The phone is the text NULL on 2 lines; the option null=NULL would read it as no value.",)
    assert put("customers", text, null="NULL").created == 2


def test_values_are_replaced_as_read_and_a_replacement_without_use_is_noted(put: Import, clean_world: World) -> None:
    text = "firm,state\nAcme,won\nBeta,open=1\n"
    report = put(
        "opportunities",
        text,
        columns=["firm:external_id", "state:stage"],
        replace=["state:open=1=Engaging", "stage:shut=Lost"],
    )
    assert report.notes == ("No line has the stage 'shut' that was to be replaced.",)
    assert rows(clean_world, "opportunities", "external_id, stage") == [("Acme", "Won"), ("Beta", "Engaging")]


def test_dates_that_leave_the_order_open_ask_for_it(put: Import, clean_world: World) -> None:
    text = "external_id,stage,engaged_on\nA1,Won,3/1/2017\nA2,Won,4/1/2017\n"
    with pytest.raises(Invalid, match="dates=MDY or dates=DMY"):
        put("opportunities", text)
    put("opportunities", text, dates="DMY")
    assert rows(clean_world, "opportunities", "engaged_on::text") == [("2017-01-03",), ("2017-01-04",)]


def test_a_column_that_leaves_the_order_open_follows_the_others_and_says_so(put: Import, clean_world: World) -> None:
    text = "external_id,stage,engaged_on,closed_on,expected_on\nA1,Won,10/20/2016,3/1/2017,2017-02-01\n"
    noted = "The dates for closed_on are read like those for engaged_on: month/day/year."
    assert put("opportunities", text).notes == (noted,)
    assert rows(clean_world, "opportunities", "closed_on::text") == [("2017-03-01",)]
    with pytest.raises(Invalid, match="closed_on may be month/day/year or day/month/year"):
        put("opportunities", text.replace("2017-02-01", "20/2/2017"))


def test_a_day_that_is_none_is_refused(put: Import) -> None:
    report = put("opportunities", "external_id,stage,engaged_on\nA1,Won,2/30/2017\nA2,Won,1/31/17\n")
    assert reasons(report) == [
        (2, "engaged_on", "This must be a date, such as 2026-01-31. The file has '2/30/2017'."),
        (3, "engaged_on", "This must be a date, such as 2026-01-31. The file has '1/31/17'."),
    ]


def test_another_key_finds_records_by_it_and_refuses_to_choose_between_two(put: Import, clean_world: World) -> None:
    put("opportunities", "external_id,name,stage\nA1,One,Won\nA2,Two,Won\nA3,Two,Won\n")
    report = put("opportunities", "name,stage\nOne,Lost\nTwo,Lost\n", key=["name"])
    assert reasons(report) == [(3, "name", "2 records have this key: name a key that tells them apart.")]
    assert put("opportunities", "name,stage\nOne,Lost\n", key=["Name", "name"]).refused == ()
    assert rows(clean_world, "opportunities", "external_id, stage")[0] == ("A1", "Lost")


def test_a_table_without_a_key_needs_one_and_takes_several_fields(put: Import) -> None:
    put("customers", "company\nAcme\nBeta\n")
    text = "customer,name,title\nAcme,Ann,CEO\nBeta,Ann,CTO\nAcme,Ben,CFO\n"
    with pytest.raises(BadRequest, match="Contacts have no key of their own"):
        put("contacts", text)
    assert put("contacts", text, key=["customer", "name"]).created == 3
    again = put("contacts", text.replace("CTO", "COO"), key=["customer", "name"])
    assert (again.unchanged, [update.line for update in again.updated]) == (2, [3])


@pytest.mark.parametrize(
    ("table", "text", "key", "message"),
    [
        ("opportunities", "stage\nWon\n", [], "no column is mapped to it"),
        ("opportunities", "external_id,stage\nA,Won\n", ["nme"], "key: there is no field 'nme'"),
        ("opportunities", "external_id,stage\nA,Won\n", ["name"], "no column is mapped to the field name"),
        ("opportunities", "external_id,stage,amount\nA,Won,1\n", ["amount"], "can't tell records apart"),
        ("customers", "company,parent\nA,\n", ["parent"], "can't tell records apart"),
    ],
)
def test_a_key_that_does_not_fit_the_file_is_refused(
    put: Import, table: str, text: str, key: list[str], message: str
) -> None:
    with pytest.raises(BadRequest, match=message):
        put(table, text, key=key)


def test_a_line_without_its_key_and_a_field_that_nothing_fills_are_refused(put: Import) -> None:
    assert reasons(put("opportunities", "external_id,notes\n,x\nA1,x\n")) == [
        (2, "external_id", "This is the key; a line needs it."),
        (3, "stage", "This is required, and no column is mapped to it."),
    ]


def test_thousands_of_lines_go_in_and_one_bad_one_among_them_is_named(put: Import, clean_world: World) -> None:
    lines = [f"P{number},{number}" for number in range(1_200)]
    bad = [*lines[:700], "P700,-1", *lines[701:]]
    assert reasons(put("products", "name,price\n" + "\n".join(bad))) == [
        (702, "price", "This must be between 0 and 99,999,999,999.999. The file has '-1'.")
    ]
    assert put("products", "name,price\n" + "\n".join(lines)).created == 1_200
    assert clean_world.owner("SELECT count(*), count(DISTINCT id) FROM products") == [(1_200, 1_200)]
