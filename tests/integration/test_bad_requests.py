"""Requests that are broken as a whole: parameters, bodies, headers, paths. Each a 4xx, and nothing half written."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from services.registry import TABLES
from tests.support.refusals import assert_refused, list_written, names
from tests.support.samples import Samples
from tests.support.world import Api, World

CUSTOMERS = TABLES["customers"]


def _send(api: Api, method: str, path: str, body: bytes, **headers: str) -> TestResponse:
    return api.call("ada", method, path, body, headers=headers)


SQL = ["' OR 1=1 --", "1; DROP TABLE customers", "company; SELECT 1", '"', "company DESC", "(SELECT 1)", "%27", "\\'"]


@pytest.mark.parametrize("sql", SQL)
def test_sql_in_any_part_of_a_request_stays_text(sql: str, customers_api: Api, samples: Samples) -> None:
    text, api = quote(sql), customers_api
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
        assert_refused(api.call("sam", "GET", url))
    for operator in ("eq", "ne", "in", "lt", "contains", "starts"):
        found = api.call("sam", "GET", f"/v1/customers?filter=company[{operator}]={text}")
        assert found.status_code in (200, 422)
    assert api.call("sam", "GET", f"/v1/customers?q={text}").get_json()["items"] == []
    made = api.made("sam", "/v1/customers", {"company": sql, "notes": sql})
    found = api.call("sam", "GET", f"/v1/customers?filter=company[eq]={text}").get_json()["items"]
    assert [item["id"] for item in found] == [made["id"]]
    api.call("sam", "DELETE", f"/v1/customers/{made['id']}")


def test_more_filters_than_twenty_are_refused(customers_api: Api) -> None:
    for count, status in ((20, 200), (21, 422), (500, 422)):
        query = "&".join(["filter=company[eq]=x"] * count)
        answer = customers_api.call("sam", "GET", f"/v1/customers?{query}")
        assert answer.status_code == status
        if status != 200:
            assert names(answer) == {"filter"}


@pytest.mark.parametrize(
    "given", ["", "[", "[]", "a[eq", "company[eq]", "company=1", "[eq]=1", "company[eq]x=1", "company[EQ]=1", "[][][]"]
)
def test_what_is_no_filter_is_refused(given: str, customers_api: Api) -> None:
    answer = customers_api.call("sam", "GET", "/v1/customers", query_string={"filter": given})
    assert answer.status_code == 422
    assert names(answer) <= {"filter", "company"}


@pytest.mark.parametrize("values", ["", '"', '"a"b', "a\nb", "a\rb", ",".join("x" * 201), "x" * 140_000])
def test_what_is_no_list_of_values_is_refused(values: str, customers_api: Api) -> None:
    answer = customers_api.call("sam", "GET", "/v1/customers", query_string={"filter": f"company[in]={values}"})
    assert (answer.status_code, names(answer)) == (422, {"company"})


@pytest.mark.parametrize("parameter", ["limit", "cursor", "sort", "q", "fields", "count"])
def test_a_parameter_given_twice_is_refused(parameter: str, customers_api: Api) -> None:
    answer = customers_api.call("sam", "GET", f"/v1/customers?{parameter}=1&{parameter}=2")
    assert (answer.status_code, names(answer)) == (400, {parameter})


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
    body: bytes, method: str, customers_api: Api, samples: Samples, world: World
) -> None:
    path = "/v1/customers" if method == "POST" else f"/v1/customers/{samples.insert(CUSTOMERS)}"
    before = list_written(world)
    answer = _send(customers_api, method, path, body)
    assert answer.status_code == 400, answer.text[:300]
    assert_refused(answer)
    assert list_written(world) == before


@pytest.mark.parametrize("body", [b"null", b"[]", b'""', b"1", b"true", b"[{}]"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_body_that_is_no_object_is_refused(body: bytes, method: str, customers_api: Api, samples: Samples) -> None:
    path = "/v1/customers" if method == "POST" else f"/v1/customers/{samples.insert(CUSTOMERS)}"
    answer = _send(customers_api, method, path, body)
    assert answer.status_code == 422
    assert "object" in answer.get_json()["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"])
def test_another_content_type_is_refused(kind: str, customers_api: Api, samples: Samples) -> None:
    path = f"/v1/customers/{samples.insert(CUSTOMERS)}"
    for method, url in (("POST", "/v1/customers"), ("PATCH", path)):
        answer = _send(customers_api, method, url, b'{"company": "x"}', **{"Content-Type": kind})
        assert (answer.status_code, answer.get_json()["code"]) == (415, "unsupported_media_type")
        assert "application/json" in answer.headers["Accept"]


def test_a_merge_patch_is_for_patch_alone(customers_api: Api, samples: Samples) -> None:
    path = f"/v1/customers/{samples.insert(CUSTOMERS)}"
    merge = {"Content-Type": "application/merge-patch+json; charset=utf-8"}
    assert _send(customers_api, "PATCH", path, b'{"notes": "x"}', **merge).status_code == 200
    assert _send(customers_api, "POST", "/v1/customers", b'{"company": "x"}', **merge).status_code == 415


def test_a_body_of_eleven_megabytes_is_too_large(customers_api: Api, world: World) -> None:
    before = list_written(world)
    body = b'{"company": "' + b"x" * 11 * 1024 * 1024 + b'"}'
    answer = _send(customers_api, "POST", "/v1/customers", body)
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")
    assert list_written(world) == before


def test_unknown_fields_are_refused_by_name_and_all_at_once(customers_api: Api, world: World) -> None:
    before = list_written(world)
    body = {"company": "", "nonsense": 1, "founded": 0, "revenue": "x", "x" * 5_000: 1, "🐝": 1}
    answer = customers_api.call("sam", "POST", "/v1/customers", body)
    assert answer.status_code == 422
    assert names(answer) == {"company", "nonsense", "founded", "revenue", "x" * 100, "🐝"}
    assert list_written(world) == before


def test_a_body_of_ten_thousand_unknown_fields_is_refused(customers_api: Api) -> None:
    body = {f"field{i}": i for i in range(10_000)}
    assert customers_api.call("sam", "POST", "/v1/customers", body).status_code == 422


@pytest.mark.parametrize("record", ["x", "1", "%00", "..", "0" * 36, "g" * 36, "x" * 5_000, "🐝", "%ff", "null"])
def test_what_is_no_id_is_the_id_of_nothing(record: str, customers_api: Api) -> None:
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"notes": "x"}),
        ("DELETE", "", None),
        ("POST", "/restore", None),
        ("GET", "/history", None),
    ):
        answer = customers_api.call("ada", method, f"/v1/customers/{record}{path}", body)
        assert answer.status_code in (404, 405)


@pytest.mark.parametrize(
    "given", ["3", '"x"', '"1", "2"', '"99999999999"', '"-1"', "W/", '"9999999999999999999"', "🐝"]
)
def test_what_is_no_etag_is_refused(given: str, customers_api: Api, samples: Samples) -> None:
    path = f"/v1/customers/{samples.insert(CUSTOMERS)}"
    environ = {"HTTP_IF_MATCH": given.encode().decode("latin-1")}
    for method, body in (("PATCH", {"notes": "x"}), ("DELETE", None)):
        answer = customers_api.call("ada", method, path, body, environ_overrides=environ)
        assert answer.status_code == 400


@pytest.mark.parametrize("given", ['"1"', "*", '"2"', "x", 'W/"1"', '"1", "7"', ""])
def test_if_none_match_never_fails(given: str, customers_api: Api, samples: Samples) -> None:
    path = f"/v1/customers/{samples.insert(CUSTOMERS)}"
    answer = customers_api.call("ada", "GET", path, headers={"If-None-Match": given})
    assert answer.status_code == (304 if '"1"' in given or given == "*" else 200)


@pytest.mark.parametrize("key", ["", "x", "skp__", "skp_a_" + "x" * 20, "skp_a_" + "🐝" * 20, "skp_" + "x" * 10_000])
def test_what_is_no_key_is_nobodys(key: str, customers_api: Api) -> None:
    environ = {"HTTP_X_API_KEY": key.encode().decode("latin-1")}
    for method, path in (("GET", "/v1/customers"), ("POST", "/v1/customers"), ("DELETE", "/v1/customers/x")):
        answer = customers_api.call(None, method, path, environ_overrides=environ)
        assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthorized")


def test_a_method_that_a_path_has_not_got_is_answered_with_those_that_it_has(customers_api: Api) -> None:
    answer = customers_api.call("sam", "PUT", "/v1/customers")
    assert (answer.status_code, answer.get_json()["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_a_path_that_is_not_there_is_a_problem_too(customers_api: Api) -> None:
    answer = customers_api.call("sam", "GET", "/v1/nonsense")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_path")


def test_a_patch_of_nothing_is_refused(customers_api: Api, samples: Samples) -> None:
    answer = customers_api.call("ada", "PATCH", f"/v1/customers/{samples.insert(CUSTOMERS)}", {})
    assert answer.status_code == 422
