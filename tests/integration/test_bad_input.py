"""Hostile input of every kind: a 4xx that names the field, never a 500, and nothing half written."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from services.records.fields import (
    Boolean,
    Choice,
    Currency,
    Date,
    Email,
    Integer,
    Link,
    LongText,
    Money,
    Phone,
    RecordField,
    Text,
    Website,
)
from services.registry import TABLES
from tests.support.refusals import assert_refused, list_written
from tests.support.samples import Samples
from tests.support.world import Api, World

CUSTOMERS, OPPORTUNITIES = TABLES["customers"], TABLES["opportunities"]

HOSTILE: dict[str, str] = {
    "NUL": r'"a\u0000b"',
    "only NUL": r'"\u0000"',
    "1 MB": json.dumps("x" * 1_000_000),
    "1 MB of emoji": json.dumps("🐝" * 250_000),
    "lone surrogate": r'"a\ud800b"',
    "lone low surrogate": r'"\udc00"',
    "NaN as text": '"NaN"',
    "1e999": "1e999",
    "-1e999": "-1e999",
    "1e999999999": "1e999999999",
    "1e99999999999999999999": "1e99999999999999999999",
    "0e999999999": "0e999999999",
    "1e-999999999": "1e-999999999",
    "1e999 as text": '"1e999"',
    "64 digits": "9" * 64,
    "65 digits": "9" * 65,
    "10,000 digits": "9" * 10_000,
    "year 0": '"0000-01-01"',
    "year 99999": '"99999-01-01"',
    "no such day": '"2026-02-30"',
    "infinity": '"infinity"',
    "emoji": '"🐝"',
    "right to left": '"שלום عالم"',
    "bidi override": r'"\u202egnp.exe"',
    "zero width": r'"\u200b\u200b"',
    "marks": json.dumps("a" + "\u0301\u0316" * 20_000),
    "not normalized": json.dumps("e\u0301" * 100),
    "fullwidth digits": '"\uff11\uff12"',
    "arabic digits": '"\u0661\u0662"',
    "true": "true",
    "list": "[1]",
    "object": '{"a": 1}',
    "nested list": "[[[[]]]]",
    "empty list": "[]",
    "number": "7",
    "fraction": "0.1234567",
    "negative": "-7",
    "minus zero": "-0",
    "SQL": '"\'; DROP TABLE customers; --"',
    "percent": '"%s %(a)s %%"',
    "backslashes": json.dumps("\\" * 50),
    "script": '"<script>alert(1)</script>"',
    "formula": '"=1+1"',
    "tab": r'"a\tb"',
    "carriage return": r'"a\rb"',
    "DEL": r'"a\u007fb"',
}
"""Name -> a value as it stands in a JSON body."""

KINDS: dict[type[RecordField], tuple[str, str]] = {
    Boolean: ("customers", "shared"),
    Choice: ("opportunities", "stage"),
    Currency: ("customers", "currency"),
    Date: ("opportunities", "closed_on"),
    Email: ("customers", "email"),
    Integer: ("customers", "founded"),
    Link: ("customers", "parent_id"),
    LongText: ("customers", "notes"),
    Money: ("opportunities", "amount"),
    Phone: ("customers", "phone"),
    Text: ("customers", "company"),
    Website: ("customers", "website"),
}
"""Kind of field -> one of that kind. Timestamp is in no body; filters try it."""


@pytest.fixture(scope="module")
def apis(customers_api: Api, sales_api: Api) -> dict[str, Api]:
    """Table -> its door."""
    return {"customers": customers_api, "opportunities": sales_api}


def _send(api: Api, method: str, path: str, body: bytes, **headers: str) -> TestResponse:
    return api.call("ada", method, path, body, headers=headers)


def test_there_is_a_field_of_every_kind_to_try() -> None:
    kinds = {type(f) for t in TABLES.values() for f in t.writable.values()}
    assert set(KINDS) == kinds
    for table, field in KINDS.values():
        assert type(TABLES[table].fields[field]) in KINDS


def _text(name: str) -> str:
    """A hostile value as it stands in a URL, of which API Gateway takes 10 KB."""
    value = json.loads(HOSTILE[name]) if HOSTILE[name].startswith('"') else HOSTILE[name]
    return quote(value[:600].encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_value_is_taken_as_it_is_or_refused_by_its_fields_name(
    name: str, apis: dict[str, Api], world: World, samples: Samples
) -> None:
    for table, field in KINDS.values():
        given = samples.body(TABLES[table])
        given.pop(field, None)
        members = [f"{json.dumps(n)}: {json.dumps(v)}" for n, v in given.items()]
        before = list_written(world)
        body = ("{" + ", ".join([*members, f'"{field}": {HOSTILE[name]}']) + "}").encode()
        answer = _send(apis[table], "POST", f"/v1/{table}", body)
        if answer.status_code == 201:
            _assert_kept(apis[table], answer.headers["Location"], field, answer.get_json()[field])
        else:
            assert_refused(answer, field)
            assert answer.status_code == 422 or "number" in answer.get_json()["detail"]
            assert list_written(world) == before


def _assert_kept(api: Api, path: str, field: str, shown: Any) -> None:
    """What was taken is shown, can be sent again as it was shown, and can be deleted."""
    assert api.call("ada", "GET", path).get_json()[field] == shown
    assert api.call("ada", "PATCH", path, {field: shown}).get_json()[field] == shown
    assert api.call("ada", "DELETE", path).status_code == 204


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_value_in_a_filter_finds_nothing_or_is_refused_by_its_fields_name(
    name: str, apis: dict[str, Api]
) -> None:
    for table, field in (*KINDS.values(), ("customers", "created_at")):
        for operator in sorted(TABLES[table].fields[field].operators):
            answer = apis[table].call("sam", "GET", f"/v1/{table}?filter={field}[{operator}]={_text(name)}")
            if answer.status_code != 200:
                assert_refused(answer, field)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_parameter_is_harmless_or_refused_by_its_name(name: str, apis: dict[str, Api]) -> None:
    for parameter in ("limit", "cursor", "sort", "filter", "q", "fields", "count", "nonsense"):
        answer = apis["customers"].call("sam", "GET", f"/v1/customers?{parameter}={_text(name)}")
        if answer.status_code == 200:
            assert parameter in ("q", "limit") or (parameter, name) == ("count", "true")
        else:
            assert_refused(answer, parameter)
