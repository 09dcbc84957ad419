"""Tables into files over REST: what a request does itself, what becomes a job, what is refused."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from services.records.transfers import MOST_LINES
from tests.integration.transfers.support import CSV, MANY, XLSX, count, export, fields_of, job_of, send_file
from tests.support.world import Api, World

MADE = (
    "INSERT INTO customers (company, currency, owner_id, team_id, notes) "
    "SELECT %s || g, 'USD', p.id, p.team_id, nullif(repeat(%s, 100), '') FROM people p, generate_series(1, %s) g "
    "WHERE p.id = %s"
)


def make(world: World, name: str, who: str, records: int, text: str = "") -> None:
    """Customers of a person's, made by hand."""
    world.owner("ALTER TABLE customers DISABLE TRIGGER USER")
    try:
        world.owner(MADE, (f"{name} ", text, records, world.ids[who]))
    finally:
        world.owner("ALTER TABLE customers ENABLE TRIGGER USER")


@pytest.fixture(scope="module", autouse=True)
def _records(world: World) -> None:
    make(world, "Sam's", "sam", 30)
    make(world, "Sid's", "sid", 20)


def companies(content: bytes) -> list[str]:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    return [row["Company"] for row in rows]


@pytest.mark.parametrize(
    ("who", "sams", "sids"), [("ada", 30, 20), ("vic", 30, 20), ("mia", 30, 0), ("sam", 30, 0), ("sid", 0, 20)]
)
def test_everybody_exports_what_they_see(api: Api, who: str, sams: int, sids: int) -> None:
    answer = export(api, who, format="csv", filter="company[starts]=S")
    names = companies(answer.get_data())
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert [sum(name.startswith(own) for name in names) for own in ("Sam's", "Sid's")] == [sams, sids]


def test_a_file_has_the_tables_name_and_is_for_nobody_to_keep(api: Api) -> None:
    answer = export(api, "sam")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="customers-20')
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_export_takes_what_a_list_takes(api: Api) -> None:
    query = {"filter": "company[starts]=Sam's 1", "sort": "-company", "fields": "company", "q": "sam"}
    content = export(api, "ada", **query).get_data().decode("utf-8-sig")
    assert content.splitlines()[0] == "Company"
    assert content.splitlines()[1:] == sorted([f"Sam's {n}" for n in (1, *range(10, 20))], reverse=True)


def test_a_workbook_is_for_who_accepts_one(api: Api) -> None:
    answer = export(api, "sam", accept=XLSX, format="xlsx", fields="company")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, XLSX)
    sheet = load_workbook(io.BytesIO(answer.get_data())).active
    assert sheet is not None
    assert sheet.max_row == 31
    refused = export(api, "sam", format="xlsx")
    assert (refused.status_code, refused.get_json()["code"], refused.headers["Accept"]) == (406, "not_acceptable", XLSX)


@pytest.mark.parametrize("kind", [CSV, XLSX])
def test_what_was_exported_is_imported_again_and_changes_nothing(api: Api, kind: str) -> None:
    name = "csv" if kind == CSV else "xlsx"
    content = export(api, "sam", accept=kind, format=name).get_data()
    report = send_file(api, "sam", content, "apply=true", kind=kind)
    assert report.status_code == 200, report.get_json()
    assert (report.get_json()["unchanged"], report.get_json()["created"], report.get_json()["updated"]) == (30, 0, 0)


def test_more_records_than_a_request_gives_are_a_job(api: Api, world: World) -> None:
    make(world, "Much", "max", MOST_LINES)
    assert export(api, "max", q="Much").status_code == 200
    make(world, "Much more", "max", 1)
    answer = export(api, "max", format="xlsx", q="Much", fields="company", sort="company")
    job = job_of(api, "max", answer)
    assert (job["kind"], job["state"]) == ("export", "queued")
    assert job["args"] == {
        "table": "customers",
        "format": "xlsx",
        "filters": [],
        "q": "Much",
        "fields": "company",
        "sort": "company",
    }
    assert count(world, "Much") == MOST_LINES + 1
    assert MANY > MOST_LINES


@pytest.mark.parametrize("text", ["plain text ", "\u8702 \U0001f41d ", '"\n'])
def test_more_bytes_than_a_request_gives_are_a_job(api: Api, world: World, text: str) -> None:
    name = f"Heavy {ord(text[0])}"
    make(world, name, "sue", 4_000, text)
    answer = export(api, "sue", filter=f"company[starts]={name}")
    if answer.status_code == 200:  # then it fits Lambda's answer, however it is escaped
        assert len(repr(answer.get_data(as_text=True))) < 6_000_000
    else:
        assert answer.status_code == 202


def test_the_same_key_names_the_same_export(api: Api, world: World) -> None:
    make(world, "Twice", "max", MOST_LINES + 1)
    path = "/v1/customers/export?format=csv&filter=company[starts]=Twice"
    first, second = (api.call("ada", "POST", path, headers={"Idempotency-Key": "out"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.headers["Location"] == second.headers["Location"]


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({"format": "pdf"}, 422, "format"),
        ({"sort": "nonsense"}, 422, "sort"),
        ({"fields": "nonsense"}, 422, "fields"),
        ({"filter": "company[like]=x"}, 422, "company"),
        ({"fields": "company\0"}, 422, "fields"),
        ({"limit": "5"}, 400, "limit"),
        ({"cursor": "x"}, 400, "cursor"),
        ({"count": "true"}, 400, "count"),
    ],
)
def test_what_an_export_does_not_know_it_refuses_by_name(
    api: Api, query: dict[str, str], status: int, field: str
) -> None:
    answer = export(api, "sam", **query)
    assert answer.status_code == status
    assert field in fields_of(answer)[0] or field in answer.get_json()["detail"]


@pytest.mark.parametrize("query", [{"q": "a\0"}, {"filter": "company[eq]=a\0"}])
def test_a_text_that_no_record_has_is_no_error_of_ours(api: Api, query: dict[str, str]) -> None:
    assert export(api, "sam", **query).status_code in (200, 400, 422)


def test_an_export_has_no_body_and_a_caller(api: Api) -> None:
    assert api.call("sam", "POST", "/v1/customers/export", {"format": "csv"}).status_code == 400
    assert api.call(None, "POST", "/v1/customers/export").status_code == 401
    assert api.call("sam", "GET", "/v1/customers/export").status_code == 405
