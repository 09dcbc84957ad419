"""The yardstick: one function, psycopg2, json and validation by hand. No caller, no rights, no log line, no log."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import psycopg2

from services.shared.currencies import CURRENCIES

__all__ = ["COLUMNS", "Handler", "Row", "connect", "make_bare_handler", "respond", "show", "validate"]

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
Row = tuple[Any, ...]

COLUMNS = (
    "id, company, sector, email, phone, website, size, founded, revenue, currency, country, parent_id, notes,"
    " owner_id, team_id, shared, created_at, updated_at, version"
)
_TEXTS = {
    "company": 200,
    "sector": 200,
    "email": 254,
    "phone": 50,
    "website": 200,
    "currency": 3,
    "country": 200,
    "parent_id": 36,
    "notes": 20_000,
}
_NUMBERS = {"size": 2_147_483_647, "founded": 9_999}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_AMOUNT = re.compile(r"-?\d{1,11}(\.\d{1,3})?")
_HEADERS = {"Content-Type": "application/json"}

GET = f"SELECT {COLUMNS} FROM customers WHERE id = %s AND deleted_at IS NULL"
PAGE = (
    f"SELECT {COLUMNS} FROM customers WHERE deleted_at IS NULL AND (created_at, id) < (%s, %s)"
    " ORDER BY created_at DESC, id DESC LIMIT %s"
)
GIVEN = (
    "company",
    "sector",
    "email",
    "phone",
    "website",
    "size",
    "founded",
    "revenue",
    "currency",
    "country",
    "parent_id",
    "notes",
)
INSERT = f"INSERT INTO customers ({', '.join(GIVEN)}) VALUES ({', '.join(['%s'] * len(GIVEN))}) RETURNING {COLUMNS}"


def connect(url: str) -> Any:
    """A connection on which each message is a transaction."""
    connection = psycopg2.connect(url, application_name="bench-bare")
    connection.autocommit = True
    return connection


def show(row: Row) -> dict[str, Any]:
    """A row as JSON has it."""
    return {
        "id": row[0],
        "company": row[1],
        "sector": row[2],
        "email": row[3],
        "phone": row[4],
        "website": row[5],
        "size": row[6],
        "founded": row[7],
        "revenue": f"{row[8]:.2f}" if row[8] is not None else None,
        "currency": row[9],
        "country": row[10],
        "parent_id": row[11],
        "notes": row[12],
        "owner_id": row[13],
        "team_id": row[14],
        "shared": row[15],
        "created_at": row[16].isoformat(),
        "updated_at": row[17].isoformat(),
        "version": row[18],
    }


def respond(status: int, body: Any, headers: dict[str, str] = _HEADERS) -> dict[str, Any]:
    """An answer for API Gateway."""
    return {"statusCode": status, "headers": headers, "body": json.dumps(body), "isBase64Encoded": False}


def validate(given: Any) -> tuple[list[Any], dict[str, str]]:
    """The values of GIVEN, and what is wrong with them by field."""
    if not isinstance(given, dict):
        return [], {"body": "must be an object"}
    errors = {name: "unknown" for name in given if name not in GIVEN}
    given.setdefault("currency", "USD")
    _check_kinds(given, errors)
    if not given.get("company"):
        errors["company"] = "is required"
    if given.get("email") and not _EMAIL.fullmatch(given["email"]):
        errors["email"] = "must be an e-mail address"
    if given["currency"] not in CURRENCIES:
        errors["currency"] = "must be a currency"
    return [given.get(name) for name in GIVEN], errors


def _check_kinds(given: dict[str, Any], errors: dict[str, str]) -> None:
    for name, longest in _TEXTS.items():
        text = given.get(name)
        if text is not None and (not isinstance(text, str) or not text or len(text) > longest or "\0" in text):
            errors[name] = "must be text"
    for name, largest in _NUMBERS.items():
        number = given.get(name)
        if number is not None and (type(number) is not int or not 0 <= number <= largest):
            errors[name] = "must be a whole number"
    if given.get("revenue") is not None and not _AMOUNT.fullmatch(str(given["revenue"])):
        errors["revenue"] = "must be an amount"


def make_bare_handler(url: str) -> Handler:
    """The handler of one resource, on the table `customers` of the URL's search path."""
    connection = connect(url)

    def query(statement: str, params: Any) -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            rows: list[Row] = cursor.fetchall()
            return rows

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        parameters = event["pathParameters"]
        if event["httpMethod"] == "GET":
            if parameters:
                rows = query(GET, (parameters["record_id"],))
                return respond(200, show(rows[0])) if rows else respond(404, {"message": "not found"})
            return page(event["queryStringParameters"])
        values, errors = validate(json.loads(event["body"]))
        if errors:
            return respond(422, {"errors": errors})
        row = query(INSERT, values)[0]
        return respond(201, show(row), {**_HEADERS, "Location": f"/v1/customers/{row[0]}"})

    def page(asked: dict[str, str]) -> dict[str, Any]:
        limit = min(int(asked.get("limit", "50")), 200)
        rows = query(PAGE, (asked["after_time"], asked["after_id"], limit + 1))
        last = rows[limit - 1] if len(rows) > limit else None
        following = [last[16].isoformat(), last[0]] if last else None
        return respond(200, {"items": [show(row) for row in rows[:limit]], "next": following})

    return handler
