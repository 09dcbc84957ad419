"""Files into tables over REST: what a request does itself, what becomes a job, what is refused."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from services.records.rest import imports
from services.records.transfers import MOST_LINES
from tests.integration.transfers.support import (
    CSV,
    XLSX,
    count,
    csv_of,
    fields_of,
    many,
    send_file,
    workbook_of,
)
from tests.support.world import Api, World

SMALL = csv_of("Company,Currency", "Bee Ltd,EUR", "Wasp Ltd,EUR")


def test_a_file_is_rehearsed_and_changes_nothing(api: Api, world: World) -> None:
    answer = send_file(api, "sam", SMALL)
    report = answer.get_json()
    assert answer.status_code == 200
    assert (report["lines"], report["created"], report["refused"], report["change_set"]) == (2, 2, 0, None)
    assert "Change-Set" not in answer.headers
    assert count(world, "Bee Ltd") == 0


def test_a_rehearsal_tells_every_refused_line(api: Api) -> None:
    lines = [f"Far {number},no currency" for number in range(300)]
    report = send_file(api, "sam", csv_of("Company,Currency", *lines)).get_json()
    assert report["refused"] == 300
    assert [r["line"] for r in report["refusals"]] == list(range(2, 302))
    assert {r["field"] for r in report["refusals"]} == {"currency"}


@pytest.mark.parametrize("kind", [CSV, XLSX])
def test_a_file_is_imported_as_one_change_set_of_its_sender(api: Api, world: World, kind: str) -> None:
    name = f"Applied {kind[-3:]}"
    content = csv_of("Company", f"{name} 1", f"{name} 2")
    if kind == XLSX:
        content = workbook_of([["Company"], [f"{name} 1"], [f"{name} 2"]])
    answer = send_file(api, "sam", content, "apply=true", kind=kind)
    assert (answer.status_code, answer.get_json()["created"]) == (200, 2)
    change_set = answer.headers["Change-Set"]
    assert answer.get_json()["change_set"] == change_set
    logged = world.owner(
        "SELECT DISTINCT door, principal_id, count(*) FROM skep.change_log WHERE change_set = %s GROUP BY 1, 2",
        (change_set,),
    )
    assert logged == [("rest", world.ids["sam's client"], 2)]
    assert api.call("sam", "POST", f"/v1/change-sets/{change_set}/undo").status_code == 200
    assert count(world, name) == 0


def test_an_import_with_a_refused_line_changes_nothing_and_names_line_and_field(api: Api, world: World) -> None:
    content = csv_of("Company,Currency", "Half 1,EUR", "Half 2,XXXX")
    answer = send_file(api, "sam", content, "apply=true", Idempotency_Key="half")
    problem = answer.get_json()
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert [error["field"] for error in problem["errors"]] == ["currency"]
    assert problem["errors"][0]["message"].startswith("Line 3: ")
    assert (problem["report"]["refused"], problem["report"]["change_set"]) == (1, None)
    assert count(world, "Half") == 0
    # A failure keeps no key: the mended file may come under the same one.
    mended = send_file(api, "sam", content.replace(b"XXXX", b"EUR"), "apply=true", Idempotency_Key="half")
    assert (mended.status_code, count(world, "Half")) == (200, 2)


def test_options_are_those_of_the_command_line(api: Api, world: World) -> None:
    content = csv_of("Firma,Cur,Founded", "Options Ltd,Euros,2001", "Options Co,none,2002")
    query = "map=Firma:company&map=Cur:currency&map=Founded:founded&replace=currency:Euros=EUR&null=none&key=company"
    answer = send_file(api, "sam", content, query + "&apply=true")
    assert answer.status_code == 200, answer.get_json()
    rows = world.owner(
        "SELECT company, currency::text, founded FROM customers WHERE company LIKE 'Options%%' ORDER BY 1"
    )
    assert rows == [("Options Co", "USD", 2002), ("Options Ltd", "EUR", 2001)]


def test_the_same_key_imports_once_and_answers_the_same(api: Api, world: World) -> None:
    content = csv_of("Company", *(f"Once {number}" for number in range(20)))
    first, second = (send_file(api, "sam", content, "apply=true", Idempotency_Key="once") for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.get_json() == second.get_json()
    assert first.headers["Change-Set"] == second.headers["Change-Set"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert count(world, "Once") == 20


@pytest.mark.parametrize("query", ["", "apply=true&null=x"])
def test_a_key_stands_for_the_options_too(api: Api, query: str) -> None:
    content = csv_of("Company", f"Keyed {len(query)}")
    assert send_file(api, "sam", content, "apply=true", Idempotency_Key=f"k{query}").status_code == 200
    other = send_file(api, "sam", content, query, Idempotency_Key=f"k{query}")
    # A rehearsal changes nothing, so it has no use for a key.
    assert (other.status_code, query) in ((200, ""), (409, "apply=true&null=x"))


def test_a_report_that_is_too_large_to_be_kept_is_kept_shortened(api: Api, world: World) -> None:
    names = [f"Long {number}" for number in range(300)]
    assert send_file(api, "sam", csv_of("Company", *names), "apply=true").status_code == 200
    content = csv_of("Company,Notes", *(f"{name},{'n' * 900}" for name in names))
    first, second = (send_file(api, "sam", content, "apply=true", Idempotency_Key="long") for _ in range(2))
    assert (first.status_code, first.get_json()["updated"]) == (200, 300)
    assert len(first.get_json()["updates"]) == 50
    assert first.get_json() == second.get_json()


def test_as_many_lines_as_a_request_takes_are_done_in_it(api: Api) -> None:
    answer = send_file(api, "sam", many("Just", MOST_LINES))
    assert (answer.status_code, answer.get_json()["created"]) == (200, MOST_LINES)


@pytest.mark.parametrize("kind", [CSV, XLSX])
def test_one_line_more_is_a_job(api: Api, kind: str) -> None:
    rows = [["Company"], *([f"More {number}"] for number in range(MOST_LINES + 1))]
    content = workbook_of(rows) if kind == XLSX else many("More", MOST_LINES + 1)
    answer = send_file(api, "sam", content, "dates=DMY&map=Company:company", kind=kind)
    job = answer.get_json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert (job["kind"], job["state"]) == ("import", "queued")
    assert job["args"] | {"file": None} == {
        "table": "customers",
        "file": None,
        "apply": False,
        "key": [],
        "columns": {"Company": "company"},
        "replacements": [],
        "dates": "DMY",
        "null": None,
        "sheet": None,
    }


def test_what_takes_longer_than_a_request_may_is_undone_and_becomes_a_job(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MOST_SECONDS", -1.0)
    content = csv_of("Company", "Slow Ltd")
    first, second = (send_file(api, "sam", content, "apply=true", Idempotency_Key="slow") for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.get_json() == second.get_json()
    assert count(world, "Slow") == 0


def test_the_time_is_looked_at_while_a_refused_line_is_sought(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    content = csv_of("Company", "Taken 1", "Taken 2", "Taken 3")
    assert send_file(api, "sid", content, "apply=true").status_code == 200
    assert send_file(api, "sam", content).get_json()["refused"] == 3
    asked: list[float] = []

    def clock() -> float:
        asked.append(0.0)
        return float(len(asked))

    monkeypatch.setattr(imports, "time", SimpleNamespace(monotonic=clock))
    assert send_file(api, "sam", content).status_code == 200
    assert len(asked) > 2  # not at the beginning and the end alone


def test_a_sheet_is_chosen_by_name(api: Api) -> None:
    content = workbook_of([["Company"], ["Sheet Ltd"]])
    assert send_file(api, "sam", content, "sheet=Sheet", kind=XLSX).get_json()["created"] == 1
    assert send_file(api, "sam", content, "sheet=Other", kind=XLSX).status_code == 400


def test_a_rehearsal_of_long_texts_fits_an_answer(api: Api) -> None:
    names = [f"Novel {number}" for number in range(1_200)]
    told = csv_of("Company,Notes", *(f"{name},{'Ж' * 900}" for name in names))
    assert send_file(api, "sam", told, "apply=true").status_code == 200
    answer = send_file(api, "sam", told.replace("Ж".encode(), "Ш".encode()))
    assert (answer.status_code, answer.get_json()["updated"], len(answer.get_json()["updates"])) == (200, 1_200, 50)


def test_the_same_key_names_the_same_job_and_keeps_one_file(api: Api) -> None:
    first, second = (send_file(api, "sam", many("Twin"), Idempotency_Key="twin") for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.get_json() == second.get_json()


def test_who_may_write_nothing_of_a_table_may_not_import_into_it(api: Api) -> None:
    assert send_file(api, "vic", SMALL).status_code == 403
    assert send_file(api, "vic", many("Viewer")).status_code == 403
    people = csv_of("Name,Email,Role", "Eve,eve@example.com,admin")
    assert send_file(api, "sam", people, table="people").status_code == 403
    assert send_file(api, "ada", people, table="people").status_code == 200
    assert api.call(None, "POST", "/v1/customers/import").status_code == 401


def test_below_iam_all_is_the_same(api: Api, world: World) -> None:
    arn = "arn:aws:iam::123456789012:role/importer"
    made = "INSERT INTO clients (name, person_id, role, iam_arn) VALUES ('Importer', %s, 'sales', %s)"
    world.owner(made, (world.ids["sam"], arn))
    options: dict[str, Any] = {"headers": {"Content-Type": CSV}, "environ_base": {"skep.user_arn": arn}}
    assert api.call(None, "POST", "/iam/v1/customers/import", SMALL, **options).status_code == 200
    answer = api.call(None, "POST", "/iam/v1/customers/import", many("Role"), **options)
    assert (answer.status_code, answer.headers["Location"][:13]) == (202, "/iam/v1/jobs/")


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "multipart/form-data; boundary=x", ""])
def test_what_is_no_file_that_we_read_is_refused_by_its_type(api: Api, kind: str) -> None:
    answer = send_file(api, "sam", SMALL, kind=kind)
    assert (answer.status_code, answer.get_json()["code"]) == (415, "unsupported_media_type")
    assert CSV in answer.headers["Accept"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"\n\n", 422),
        (b"Company\n", 422),
        (b"Company\n\xff\xfe\n", 422),
        (b"\0" * 100, 422),
        (b"PK\x03\x04 no archive", 422),
        (b"Nothing,Of,Ours\na,b,c\n", 400),
        (b"Company\n" + b"x" * (4 * 1024 * 1024), 413),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_reason(api: Api, content: bytes, status: int) -> None:
    answer = send_file(api, "sam", content)
    assert answer.status_code == status, answer.get_json()
    assert answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("apply=yes", 422, "apply"),
        ("dates=YMD", 422, "dates"),
        ("dates=MDY&dates=DMY", 400, "dates"),
        ("map=nonsense", 422, "map"),
        ("replace=nonsense", 422, "replace"),
        ("map=Company%00:company", 422, "map"),
        ("replace=company:a=%00", 422, "replace"),
        ("null=%00", 422, "null"),
        ("key=%00", 422, "key"),
        ("sheet=%00", 422, "sheet"),
        ("file=00000000-0000-7000-8000-000000000000", 400, "file"),
        ("limit=5", 400, "limit"),
    ],
)
def test_an_option_that_is_none_is_refused_by_name(api: Api, query: str, status: int, field: str) -> None:
    answer = send_file(api, "sam", SMALL, query)
    assert (answer.status_code, fields_of(answer)) == (status, [field])


@pytest.mark.parametrize("query", ["map=Company:nonsense", "key=nonsense", "map=Nowhere:company"])
def test_an_option_that_does_not_fit_the_file_is_refused(api: Api, query: str) -> None:
    answer = send_file(api, "sam", SMALL, query)
    assert answer.status_code in (400, 422)
    assert "nonsense" in answer.get_json()["detail"] or "Nowhere" in answer.get_json()["detail"]


def test_a_get_is_no_import(api: Api) -> None:
    answer = api.call("sam", "GET", "/v1/customers/import")
    assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, {"OPTIONS", "POST"})


def test_a_report_fits_an_answer(api: Api) -> None:
    assert imports.MOST_ENTRIES >= MOST_LINES
    columns = "Company,Currency,Employees,Founded,Revenue"
    content = csv_of(columns, *(f"Wide {number},XXXX,many,never,much" for number in range(MOST_LINES - 1)))
    answer = send_file(api, "sam", content)
    assert answer.status_code == 200
    assert answer.get_json()["refusal_count"] >= 4 * (MOST_LINES - 1)
    assert len(json.dumps(answer.get_data(as_text=True))) < 6_000_000
