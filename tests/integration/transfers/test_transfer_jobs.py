"""Imports and exports as jobs, to their end: what they give, what stops them, and that nothing comes twice."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2
import pytest

from services.automations.jobs import run_jobs
from services.automations.kinds import ENTRIES_KEPT, make_kinds
from services.automations.tools import Tools
from services.records.jobs import cancel_job, create_job
from services.records.transfers import upload_key
from services.shared.database import Database
from services.shared.errors import Unavailable
from services.shared.files import Files
from services.shared.outside import ask
from services.shared.settings import Settings
from tests.integration.transfers.support import (
    CSV,
    MANY,
    XLSX,
    count,
    csv_of,
    export,
    job_of,
    many,
    send_file,
    send_id,
    upload,
    workbook_of,
)
from tests.support.world import Api, World

Work = Callable[[], dict[str, int]]


def download(url: str) -> bytes:
    with ask("GET", url, timeout_seconds=10.0) as answer:
        assert answer.status == 200
        return answer.read()


def ask_for(world: World, who: str, kind: str, **args: object) -> str:
    return create_job(world.caller(who), kind, args, idempotent=True).id


@pytest.mark.parametrize("kind", [CSV, XLSX])
def test_a_file_that_is_too_long_for_a_request_is_imported_by_a_job(
    api: Api, world: World, work: Work, kind: str
) -> None:
    name = f"Job {kind[-3:]}"
    content = many(name) if kind == CSV else workbook_of([["Company"], *([f"{name} {n}"] for n in range(MANY))])
    asked = send_file(api, "sam", content, "apply=true", kind=kind)
    assert work() == {"done": 1}
    job = job_of(api, "sam", asked)
    assert (job["state"], job["progress"], job["total"], job["error"]) == ("done", MANY, MANY, None)
    assert (job["result"]["created"], job["result"]["change_set"]) == (MANY, job["change_set"])
    assert count(world, name) == MANY
    logged = world.owner(
        "SELECT door, principal_id, count(*) FROM skep.change_log WHERE change_set = %s GROUP BY 1, 2",
        (job["change_set"],),
    )
    assert logged == [("rest", world.ids["sam's client"], MANY)]


def test_a_rehearsal_by_a_job_changes_nothing_and_names_no_change_set(api: Api, world: World, work: Work) -> None:
    asked = send_id(api, "sam", upload(api, "sam", csv_of("Company,Currency", "Maybe 1,EUR", "Maybe 2,XXXX")))
    assert work() == {"done": 1}
    job = job_of(api, "sam", asked)
    assert (job["state"], job["change_set"]) == ("done", None)
    assert (job["result"]["created"], job["result"]["refused"], job["result"]["change_set"]) == (1, 1, None)
    assert job["result"]["refusals"][0]["line"] == 3
    assert count(world, "Maybe") == 0


def test_an_import_with_a_refused_line_fails_as_a_whole_and_says_which(api: Api, world: World, work: Work) -> None:
    content = csv_of("Company,Currency", *(f"Whole {number},EUR" for number in range(600)), "Whole last,XXXX")
    asked = send_id(api, "sam", upload(api, "sam", content), apply=True)
    assert work() == {"failed": 1}
    error = job_of(api, "sam", asked)["error"]
    assert (error["status"], error["code"], error["report"]["refused"]) == (422, "invalid", 1)
    assert (error["errors"][0]["field"], error["errors"][0]["message"][:9]) == ("currency", "Line 602:")
    assert count(world, "Whole") == 0


@pytest.mark.parametrize("apply", [False, True])
def test_every_refused_line_is_in_a_file_where_a_job_lists_some(api: Api, work: Work, apply: bool) -> None:
    content = csv_of("Company,Currency", *(f"Many wrong {number},XXXX" for number in range(ENTRIES_KEPT + 200)))
    asked = send_id(api, "sam", upload(api, "sam", content), apply=apply)
    assert work() == {"failed" if apply else "done": 1}
    job = job_of(api, "sam", asked)
    told = job["error"]["report"] if apply else job["result"]
    assert (len(told["refusals"]), told["refusal_count"]) == (ENTRIES_KEPT, ENTRIES_KEPT + 200)
    assert told["name"].startswith("customers-refused-")
    rows = list(csv.reader(io.StringIO(download(told["url"]).decode("utf-8-sig"))))
    assert rows[0] == ["Line", "Field", "Reason"]
    assert [(row[0], row[1]) for row in rows[1:]] == [(str(n), "currency") for n in range(2, ENTRIES_KEPT + 202)]


def test_a_jobs_report_fits_an_answer_however_long_its_texts(api: Api, work: Work) -> None:
    names = [f"Epic {number}" for number in range(1_000)]
    for letter in "ЖШ":
        content = csv_of("Company,Notes", *(f"{name},{letter * 900}" for name in names))
        asked = send_id(api, "sam", upload(api, "sam", content), apply=letter == "Ж")
        assert work() == {"done": 1}
    job = job_of(api, "sam", asked)
    assert (job["result"]["updated"], len(job["result"]["updates"])) == (1_000, 50)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\0\0\0", "invalid"), (b"PK\x03\x04 broken", "invalid"), (b"No,Field\n1,2\n", "bad_request")],
)
def test_a_file_that_cannot_be_read_is_the_reason_that_the_job_gives(
    api: Api, work: Work, content: bytes, code: str
) -> None:
    asked = send_id(api, "sam", upload(api, "sam", content), apply=True)
    assert work() == {"failed": 1}
    error = job_of(api, "sam", asked)["error"]
    assert error["code"] == code
    assert error["detail"]


def test_a_file_that_has_gone_meanwhile_is_the_reason_that_the_job_gives(api: Api, world: World, work: Work) -> None:
    ask_for(world, "sam", "import", table="customers", file="00000000-0000-4000-8000-000000000000", apply=True)
    assert work() == {"failed": 1}
    error = world.owner("SELECT error ->> 'code' FROM skep.jobs")
    assert error == [("not_found",)]


def test_a_job_never_reads_anothers_file_whatever_its_args_say(api: Api, world: World, work: Work) -> None:
    file_id = upload(api, "sue", csv_of("Company", "Stolen Ltd"))
    ask_for(world, "sam", "import", table="customers", file=file_id, apply=True)
    other = upload_key(world.ids["sue's client"], file_id)
    ask_for(world, "sam", "import", table="customers", file=f"../{other}", apply=True)
    assert work() == {"failed": 2}
    assert count(world, "Stolen") == 0


def test_who_became_a_viewer_meanwhile_imports_nothing(api: Api, world: World, work: Work) -> None:
    asked = send_id(api, "mia", upload(api, "mia", csv_of("Company", "Demoted Ltd")), apply=True)
    world.owner("UPDATE clients SET role = 'viewer' WHERE id = %s", (world.ids["mia's client"],))
    try:
        assert work() == {"failed": 1}
    finally:
        world.owner("UPDATE clients SET role = 'manager' WHERE id = %s", (world.ids["mia's client"],))
    assert job_of(api, "mia", asked)["error"]["code"] == "forbidden"
    assert count(world, "Demoted") == 0


def test_an_import_that_is_cancelled_in_the_middle_leaves_nothing(api: Api, world: World, tools: Tools) -> None:
    asked = send_file(api, "sam", many("Stopped"), "apply=true")
    job = job_of(api, "sam", asked)["id"]
    told: list[int] = []

    def seconds_left() -> float:
        # Asked at every step: once some lines are written, somebody cancels.
        told.append(len(told))
        if len(told) == 5:
            cancel_job(world.caller("sam"), job)
        return 900.0

    assert run_jobs(tools.database, seconds_left, make_kinds(tools)) == {"lost": 1}
    assert job_of(api, "sam", asked)["state"] == "cancelled"
    assert count(world, "Stopped") == 0
    assert api.call("sam", "POST", f"/v1/jobs/{job}/cancel").status_code == 200


def test_a_store_that_is_away_for_a_moment_costs_an_attempt_and_no_more(
    api: Api, world: World, tools: Tools, work: Work, settings: Settings
) -> None:
    asked = send_id(api, "sam", upload(api, "sam", csv_of("Company", "Patient Ltd")), apply=True)

    class Away(Files):
        """Is away when it is asked first."""

        asked = 0

        @contextmanager
        def get(self, key: str) -> Iterator[io.BufferedIOBase]:  # type: ignore[override]
            Away.asked += 1
            if Away.asked == 1:
                raise Unavailable()
            with super().get(key) as file:
                yield file  # type: ignore[misc]

    flaky = tools._replace(files=Away(settings, settings.environment))
    assert run_jobs(tools.database, lambda: 900.0, make_kinds(flaky)) == {"queued": 1, "done": 1}
    assert job_of(api, "sam", asked)["state"] == "done"
    assert count(world, "Patient") == 1


def test_an_export_by_a_job_gives_a_file_that_its_principal_downloads(api: Api, world: World, work: Work) -> None:
    assert send_file(api, "max", many("Shown"), "apply=true").status_code == 202
    assert work() == {"done": 1}
    asked = export(api, "max", q="Shown", fields="company", sort="company")
    assert work() == {"done": 1}
    job = job_of(api, "max", asked)
    assert (job["state"], job["progress"], job["total"], job["change_set"]) == ("done", MANY, MANY, None)
    content = download(job["result"]["url"])
    assert {n: job["result"][n] for n in ("records", "size_bytes")} == {"records": MANY, "size_bytes": len(content)}
    lines = content.decode("utf-8-sig").splitlines()
    assert lines == ["Company", *sorted(f"Shown {number}" for number in range(MANY))]
    assert api.call("sid", "GET", f"/v1/jobs/{job['id']}").status_code == 404
    assert download(api.call("ada", "GET", f"/v1/jobs/{job['id']}").get_json()["result"]["url"]) == content


def test_an_export_shows_no_more_than_its_principal_sees(api: Api, world: World, work: Work) -> None:
    for who in ("sam", "sid"):
        customer = csv_of("Company", f"Hidden of {who}")
        assert send_file(api, who, customer, "apply=true").status_code == 200
    args = {"table": "customers", "format": "csv", "filters": ["company[starts]=Hidden"], "fields": "company"}
    job = ask_for(world, "sam", "export", **args)
    assert work() == {"done": 1}
    url = api.call("sam", "GET", f"/v1/jobs/{job}").get_json()["result"]["url"]
    assert download(url).decode("utf-8-sig").split() == ["Company", "Hidden", "of", "sam"]


def test_an_export_that_is_done_twice_leaves_one_file(api: Api, world: World, tools: Tools, settings: Settings) -> None:
    job = ask_for(world, "sam", "export", table="customers", format="csv", filters=[], q=None, sort=None, fields="id")
    calls: list[str] = []

    class Forgetful(Files):
        """Keeps the file, and then the answer gets lost once."""

        def put(self, key: str, file: io.BufferedIOBase) -> None:  # type: ignore[override]
            super().put(key, file)  # type: ignore[arg-type]
            calls.append(key)
            if len(calls) == 1:
                raise Unavailable()

    flaky = tools._replace(files=Forgetful(settings, settings.environment))
    assert run_jobs(tools.database, lambda: 900.0, make_kinds(flaky)) == {"queued": 1, "done": 1}
    assert calls == [f"exports/{job}"] * 2


def read_only(world: World) -> Database:
    """A database that refuses every write, as a replica does."""
    url = world.url("skep_job")
    return Database(f"{url}{'&' if '?' in url else '?'}options=-c%20default_transaction_read_only%3Don")


def test_an_export_is_read_from_the_replica(api: Api, world: World, tools: Tools) -> None:
    replica = read_only(world)
    statements: list[str] = []

    class Listening(Database):
        """Hears what the primary is asked."""

        def run(self, statement: str, *args: object, **options: object) -> list[tuple[object, ...]]:
            statements.append(statement)
            return super().run(statement, *args, **options)  # type: ignore[arg-type]

    primary = Listening(world.url("skep_job"))
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        replica.run("SELECT skep.claim_job('{export}')", write=True)
    job = ask_for(world, "sam", "export", table="customers", format="csv", filters=[], q=None, sort=None, fields="id")
    kinds = make_kinds(tools._replace(database=primary, replica=replica))
    assert run_jobs(primary, lambda: 900.0, kinds) == {"done": 1}
    assert not [statement for statement in statements if "FROM customers" in statement]
    assert api.call("sam", "GET", f"/v1/jobs/{job}").get_json()["state"] == "done"
    replica.close()
    primary.close()


def test_where_the_replica_does_not_answer_the_primary_serves(api: Api, world: World, tools: Tools) -> None:
    job = ask_for(world, "sam", "export", table="customers", format="csv", filters=[], q=None, sort=None, fields="id")
    away = tools._replace(replica=Database("postgresql://skep_job@127.0.0.1:1/nothing"))
    assert run_jobs(tools.database, lambda: 900.0, make_kinds(away)) == {"done": 1}
    assert api.call("sam", "GET", f"/v1/jobs/{job}").get_json()["state"] == "done"
