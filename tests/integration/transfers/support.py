"""Files as their senders have them, and their ways to the door."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from openpyxl import Workbook
from werkzeug.test import TestResponse

from services.shared.outside import ask
from tests.support.world import Api, World

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MANY = 5_500
"""Lines that are too many for a request."""


def csv_of(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def many(name: str, count: int = MANY) -> bytes:
    """A file with so many customers."""
    return csv_of("Company", *(f"{name} {number}" for number in range(count)))


def workbook_of(rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send_file(
    api: Api, who: str, content: bytes, query: str = "", *, table: str = "customers", kind: str = CSV, **headers: str
) -> TestResponse:
    """An import whose body is the file."""
    sent = {"Content-Type": kind} | {name.replace("_", "-"): value for name, value in headers.items()}
    return api.call(who, "POST", f"/v1/{table}/import{query and '?' + query}", content, headers=sent)


def upload(api: Api, who: str, content: bytes, **said: Any) -> str:
    """The id of a file that was uploaded."""
    made = api.call(who, "POST", "/v1/files", {"name": "a file.csv"} | said)
    assert made.status_code == 201, made.get_data(as_text=True)
    put = made.get_json()["upload"]
    with ask(put["method"], put["url"], body=content, headers=put["headers"], timeout_seconds=10.0) as answer:
        assert answer.status == 200
    return str(made.get_json()["id"])


def send_id(api: Api, who: str, file_id: str, *, table: str = "customers", **said: Any) -> TestResponse:
    """An import of an uploaded file."""
    headers = {"Idempotency-Key": said.pop("once")} if "once" in said else {}
    return api.call(who, "POST", f"/v1/{table}/import", {"file": file_id} | said, headers=headers)


def export(api: Api, who: str, *, table: str = "customers", accept: str = "*/*", **query: str) -> TestResponse:
    """An export with these parameters."""
    asked = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    return api.call(who, "POST", f"/v1/{table}/export?{asked}", headers={"Accept": accept})


def job_of(api: Api, who: str, answer: TestResponse) -> dict[str, Any]:
    """The job that an answer names, as it is now."""
    assert answer.status_code == 202, answer.get_data(as_text=True)
    job: dict[str, Any] = api.call(who, "GET", answer.headers["Location"]).get_json()
    return job


def count(world: World, name: str) -> int:
    """How many customers have a name that begins so."""
    rows = world.owner("SELECT count(*) FROM customers WHERE company LIKE %s AND deleted_at IS NULL", (f"{name}%",))
    found: int = rows[0][0]
    return found


def fields_of(answer: TestResponse) -> list[str]:
    """The fields that a problem document names."""
    return [error["field"] for error in answer.get_json()["errors"]]
