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
    Timestamp,
    Website,
)
from services.registry import TABLES
from tests.support.samples import Samples
from tests.support.world import Api, World

CUSTOMERS, OPPORTUNITIES = TABLES["customers"], TABLES["opportunities"]
REFUSED = (400, 404, 413, 415, 422)

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
    "SQL": "\"'; DROP TABLE customers; --\"",
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


def _written(world: World) -> Any:
    return world.owner("SELECT (SELECT count(*) FROM skep.change_log), (SELECT count(*) FROM skep.idempotency_keys)")


def _names(answer: TestResponse) -> set[str]:
    return {error["field"] for error in answer.get_json().get("errors", [])}


def _assert_refused(answer: TestResponse, *fields: str) -> None:
    assert answer.status_code in REFUSED, answer.get_data(as_text=True)[:500]
    assert answer.mimetype == "application/problem+json"
    body = answer.get_json()
    assert body["detail"].strip()
    assert "psycopg" not in answer.text
    if fields and answer.status_code == 422:
        assert _names(answer) <= set(fields), body
        assert _names(answer)


def test_there_is_a_field_of_every_kind_to_try() -> None:
    kinds = {type(f) for t in TABLES.values() for f in t.writable.values()}
    assert set(KINDS) == kinds
    for table, field in KINDS.values():
        assert type(TABLES[table].fields[field]) in KINDS


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_value_is_taken_as_it_is_or_refused_by_its_fields_name(
    name: str, kind: type[RecordField], apis: dict[str, Api], world: World, samples: Samples
) -> None:
    table_name, field = KINDS[kind]
    table, api = TABLES[table_name], apis[table_name]
    given = samples.body(table)
    given.pop(field, None)
    members = [f"{json.dumps(n)}: {json.dumps(v)}" for n, v in given.items()]
    before = _written(world)
    body = ("{" + ", ".join([*members, f'"{field}": {HOSTILE[name]}']) + "}").encode()
    answer = _send(api, "POST", f"/v1/{table_name}", body)
    if answer.status_code == 201:
        shown = answer.get_json()[field]
        path = answer.headers["Location"]
        assert api.call("ada", "GET", path).get_json()[field] == shown
        again = api.call("ada", "PATCH", path, {field: shown})
        assert again.get_json()[field] == shown
        assert api.call("ada", "DELETE", path).status_code == 204
        return
    _assert_refused(answer, field)
    assert answer.status_code == 422 or "number" in answer.get_json()["detail"]
    assert _written(world) == before


@pytest.mark.parametrize("kind", [*KINDS, Timestamp], ids=lambda k: k.__name__)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_value_in_a_filter_finds_nothing_or_is_refused_by_its_fields_name(
    name: str, kind: type[RecordField], apis: dict[str, Api]
) -> None:
    table_name, field = KINDS.get(kind, ("customers", "created_at"))
    value = json.loads(HOSTILE[name]) if HOSTILE[name].startswith('"') else HOSTILE[name]
    text = quote(value[:20_000].encode("utf-8", "surrogatepass"))
    for operator in sorted(TABLES[table_name].fields[field].operators):
        answer = apis[table_name].call("sam", "GET", f"/v1/{table_name}?filter={field}[{operator}]={text}")
        if answer.status_code != 200:
            _assert_refused(answer, field)


@pytest.mark.parametrize("parameter", ["limit", "cursor", "sort", "filter", "q", "fields", "count", "nonsense"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_parameter_is_harmless_or_refused_by_its_name(
    name: str, parameter: str, apis: dict[str, Api], world: World
) -> None:
    value = json.loads(HOSTILE[name]) if HOSTILE[name].startswith('"') else HOSTILE[name]
    text = quote(value[:20_000].encode("utf-8", "surrogatepass"))
    answer = apis["customers"].call("sam", "GET", f"/v1/customers?{parameter}={text}")
    if answer.status_code == 200:
        assert parameter in ("q", "limit") or (parameter, value) == ("count", "true")
        return
    _assert_refused(answer, parameter)


SQL = ["' OR 1=1 --", "1; DROP TABLE customers", "company; SELECT 1", '"', "company DESC", "(SELECT 1)", "%27", "\\'"]


@pytest.mark.parametrize("sql", SQL)
def test_sql_in_any_part_of_a_request_stays_text(sql: str, apis: dict[str, Api], samples: Samples) -> None:
    text, api = quote(sql), apis["customers"]
    record = samples.insert(CUSTOMERS)
    for url in (
        f"/v1/customers?sort={text}",
        f"/v1/customers?fields={text}",
        f"/v1/customers?cursor={text}",
        f"/v1/customers?filter={text}",
        f"/v1/customers?filter={text}[eq]=1",
        f"/v1/customers?filter=company[{text}]=1",
        f"/v1/customers?count={text}",
        f"/v1/customers?{text}=1",
        f"/v1/customers/{text}",
        f"/v1/customers/{record}/history?cursor={text}",
    ):
        _assert_refused(api.call("sam", "GET", url))
    for operator in ("eq", "ne", "in", "lt", "contains", "starts"):
        found = api.call("sam", "GET", f"/v1/customers?filter=company[{operator}]={text}")
        assert found.status_code in (200, 422)
    assert api.call("sam", "GET", f"/v1/customers?q={text}").get_json()["items"] == []
    made = api.made("sam", "/v1/customers", {"company": sql, "notes": sql})
    found = api.call("sam", "GET", f"/v1/customers?filter=company[eq]={text}").get_json()["items"]
    assert [item["id"] for item in found] == [made["id"]]
    api.call("sam", "DELETE", f"/v1/customers/{made['id']}")


def test_more_filters_than_twenty_are_refused(apis: dict[str, Api]) -> None:
    for count, status in ((20, 200), (21, 422), (500, 422)):
        query = "&".join(["filter=company[eq]=x"] * count)
        answer = apis["customers"].call("sam", "GET", f"/v1/customers?{query}")
        assert answer.status_code == status
        if status != 200:
            assert _names(answer) == {"filter"}


@pytest.mark.parametrize(
    "given", ["", "[", "[]", "a[eq", "company[eq]", "company=1", "[eq]=1", "company[eq]x=1", "company[EQ]=1", "[][][]"]
)
def test_what_is_no_filter_is_refused(given: str, apis: dict[str, Api]) -> None:
    answer = apis["customers"].call("sam", "GET", "/v1/customers", query_string={"filter": given})
    assert answer.status_code == 422
    assert _names(answer) <= {"filter", "company"}


@pytest.mark.parametrize("values", ["", '"', '"a"b', "a\nb", "a\rb", ",".join("x" * 201), "x" * 140_000])
def test_what_is_no_list_of_values_is_refused(values: str, apis: dict[str, Api]) -> None:
    answer = apis["customers"].call("sam", "GET", "/v1/customers", query_string={"filter": f"company[in]={values}"})
    assert (answer.status_code, _names(answer)) == (422, {"company"})


@pytest.mark.parametrize("parameter", ["limit", "cursor", "sort", "q", "fields", "count"])
def test_a_parameter_given_twice_is_refused(parameter: str, apis: dict[str, Api]) -> None:
    answer = apis["customers"].call("sam", "GET", f"/v1/customers?{parameter}=1&{parameter}=2")
    assert (answer.status_code, _names(answer)) == (400, {parameter})


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"}",
        b"nonsense",
        b"{'company': 'x'}",
        b'{"company": "x",}',
        b'{"company": NaN}',
        b'{"company": Infinity}',
        b'{"company": -Infinity}',
        b'{"company": "x", "company": "y"}',
        b'{"notes": {"a": 1, "a": 2}}',
        b'\xef\xbb\xbf{"company": "x"}',
        '{"company": "x"}'.encode("utf-16"),
        '{"company": "x"}'.encode("utf-32"),
        b'{"company": "\xff\xfe"}',
        b'{"company": "\xed\xa0\x80"}',
        b'{"\\ud800": 1}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"company": "x"} {"company": "y"}',
        b"\x00",
    ],
)
def test_a_broken_body_is_refused_with_the_place_of_the_mistake(
    body: bytes, method: str, apis: dict[str, Api], samples: Samples, world: World
) -> None:
    path = "/v1/customers" if method == "POST" else f"/v1/customers/{samples.insert(CUSTOMERS)}"
    before = _written(world)
    answer = _send(apis["customers"], method, path, body)
    assert answer.status_code == 400, answer.text[:300]
    _assert_refused(answer)
    assert _written(world) == before


@pytest.mark.parametrize("body", [b"null", b"[]", b'""', b"1", b"true", b"[{}]"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_body_that_is_no_object_is_refused(
    body: bytes, method: str, apis: dict[str, Api], samples: Samples
) -> None:
    path = "/v1/customers" if method == "POST" else f"/v1/customers/{samples.insert(CUSTOMERS)}"
    answer = _send(apis["customers"], method, path, body)
    assert answer.status_code == 422
    assert "object" in answer.get_json()["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"])
def test_another_content_type_is_refused(kind: str, apis: dict[str, Api], samples: Samples) -> None:
    path = f"/v1/customers/{samples.insert(CUSTOMERS)}"
    for method, url in (("POST", "/v1/customers"), ("PATCH", path)):
        answer = _send(apis["customers"], method, url, b'{"company": "x"}', **{"Content-Type": kind})
        assert (answer.status_code, answer.get_json()["code"]) == (415, "unsupported_media_type")
        assert "application/json" in answer.headers["Accept"]


def test_a_merge_patch_is_for_patch_alone(apis: dict[str, Api], samples: Samples) -> None:
    path = f"/v1/customers/{samples.insert(CUSTOMERS)}"
    merge = {"Content-Type": "application/merge-patch+json; charset=utf-8"}
    assert _send(apis["customers"], "PATCH", path, b'{"notes": "x"}', **merge).status_code == 200
    assert _send(apis["customers"], "POST", "/v1/customers", b'{"company": "x"}', **merge).status_code == 415


def test_a_body_of_eleven_megabytes_is_too_large(apis: dict[str, Api], world: World) -> None:
    before = _written(world)
    body = b'{"company": "' + b"x" * 11 * 1024 * 1024 + b'"}'
    answer = _send(apis["customers"], "POST", "/v1/customers", body)
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")
    assert _written(world) == before


def test_unknown_fields_are_refused_by_name_and_all_at_once(apis: dict[str, Api], world: World) -> None:
    before = _written(world)
    body = {"company": "", "nonsense": 1, "founded": 0, "revenue": "x", "x" * 5_000: 1, "🐝": 1}
    answer = apis["customers"].call("sam", "POST", "/v1/customers", body)
    assert answer.status_code == 422
    assert _names(answer) == {"company", "nonsense", "founded", "revenue", "x" * 100, "🐝"}
    assert _written(world) == before


def test_a_body_of_ten_thousand_unknown_fields_is_refused(apis: dict[str, Api]) -> None:
    body = {f"field{i}": i for i in range(10_000)}
    assert apis["customers"].call("sam", "POST", "/v1/customers", body).status_code == 422


@pytest.mark.parametrize("record", ["x", "1", "%00", "..", "0" * 36, "g" * 36, "x" * 5_000, "🐝", "%ff", "null"])
def test_what_is_no_id_is_the_id_of_nothing(record: str, apis: dict[str, Api]) -> None:
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"notes": "x"}),
        ("DELETE", "", None),
        ("POST", "/restore", None),
        ("GET", "/history", None),
    ):
        answer = apis["customers"].call("ada", method, f"/v1/customers/{record}{path}", body)
        assert answer.status_code in (404, 405)


@pytest.mark.parametrize("given", ["3", '"x"', '"1", "2"', '"99999999999"', '"-1"', "W/", '"9999999999999999999"', "🐝"])
def test_what_is_no_etag_is_refused(given: str, apis: dict[str, Api], samples: Samples) -> None:
    path = f"/v1/customers/{samples.insert(CUSTOMERS)}"
    environ = {"HTTP_IF_MATCH": given.encode().decode("latin-1")}
    for method, body in (("PATCH", {"notes": "x"}), ("DELETE", None)):
        answer = apis["customers"].call("ada", method, path, body, environ_overrides=environ)
        assert answer.status_code == 400


@pytest.mark.parametrize("given", ['"1"', "*", '"2"', "x", 'W/"1"', '"1", "7"', ""])
def test_if_none_match_never_fails(given: str, apis: dict[str, Api], samples: Samples) -> None:
    path = f"/v1/customers/{samples.insert(CUSTOMERS)}"
    answer = apis["customers"].call("ada", "GET", path, headers={"If-None-Match": given})
    assert answer.status_code == (304 if '"1"' in given or given == "*" else 200)


@pytest.mark.parametrize("key", ["", "x", "skp__", "skp_a_" + "x" * 20, "skp_a_" + "🐝" * 20, "skp_" + "x" * 10_000])
def test_what_is_no_key_is_nobodys(key: str, apis: dict[str, Api]) -> None:
    environ = {"HTTP_X_API_KEY": key.encode().decode("latin-1")}
    for method, path in (("GET", "/v1/customers"), ("POST", "/v1/customers"), ("DELETE", "/v1/customers/x")):
        answer = apis["customers"].call(None, method, path, environ_overrides=environ)
        assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthorized")


def test_a_method_that_a_path_has_not_got_is_answered_with_those_that_it_has(apis: dict[str, Api]) -> None:
    answer = apis["customers"].call("sam", "PUT", "/v1/customers")
    assert (answer.status_code, answer.get_json()["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_a_path_that_is_not_there_is_a_problem_too(apis: dict[str, Api]) -> None:
    answer = apis["customers"].call("sam", "GET", "/v1/nonsense")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_path")


def test_a_patch_of_nothing_is_refused(apis: dict[str, Api], samples: Samples) -> None:
    answer = apis["customers"].call("ada", "PATCH", f"/v1/customers/{samples.insert(CUSTOMERS)}", {})
    assert answer.status_code == 422
