"""The Lambda adapter, from event to environ: one test for each thing that aws-wsgi gets wrong."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest
from flask import Flask, redirect, request, url_for

from services.shared import lambda_environ
from services.shared.lambda_adapter import make_handler
from tests.gateway.support import CONTEXT, DocumentedEvent, environ_of, list_events, make_event

TEXT = {"Content-Type": ["text/plain; charset=utf-8"]}


def make_echo() -> Flask:
    """Return an app that says what it was asked."""
    app = Flask("echo")

    @app.route("/echo", methods=["GET", "POST"])
    @app.route("/echo/<path:_rest>", methods=["GET", "POST"])
    def echo(_rest: str = "") -> dict[str, Any]:
        return {
            "path": request.path,
            "args": request.args.to_dict(flat=False),
            "cookies": request.cookies,
            "url": request.url,
            "ip": request.remote_addr,
            "user": request.remote_user,
            "length": request.content_length,
            "body": base64.b64encode(request.get_data()).decode(),
        }

    @app.get("/go")
    def go() -> Any:
        return redirect(url_for("echo", _external=True))

    return app


ECHO = make_handler(make_echo())


def echo(event: dict[str, Any]) -> dict[str, Any]:
    """Return what the echo app understood of `event`."""
    answer = ECHO(event, CONTEXT)
    assert answer["statusCode"] == 200, answer
    result: dict[str, Any] = json.loads(answer["body"])
    return result


def test_repeated_query_parameters_all_arrive() -> None:
    assert echo(make_event(query={"tag": ["a", "b&c"], "é": ["1 2"]}))["args"] == {
        "tag": ["a", "b&c"],
        "é": ["1 2"],
    }


def test_a_query_without_the_multi_value_map_arrives() -> None:
    event = make_event(query={"tag": ["a"], "none": [""]})
    del event["multiValueQueryStringParameters"]

    assert echo(event)["args"] == {"tag": ["a"], "none": [""]}


def test_query_values_that_are_null_are_empty() -> None:
    event = make_event()
    event["queryStringParameters"] = {"a": None}
    event["multiValueQueryStringParameters"] = {"b": None, "a": [None]}

    assert echo(event)["args"] == {"a": [""], "b": [""]}


@pytest.mark.parametrize("key", ["queryStringParameters", "multiValueQueryStringParameters"])
def test_a_missing_query_key_is_no_query(key: str) -> None:
    event = make_event()
    del event[key]

    assert echo(event)["args"] == {}


def test_an_event_with_nothing_but_a_method_is_the_root() -> None:
    answer = ECHO({"httpMethod": "GET"}, CONTEXT)

    assert answer["statusCode"] == 404


def test_repeated_headers_are_joined_and_cookies_by_a_semicolon() -> None:
    seen = environ_of(make_event(headers={"X-Tag": ["a", "b"], "Cookie": ["s=1", "t=2"], "cookie": ["u=3"]}))

    assert (seen["HTTP_X_TAG"], seen["HTTP_COOKIE"]) == ("a, b", "s=1; t=2; u=3")


def test_headers_that_are_null_are_none() -> None:
    event = make_event()
    event["headers"] = event["multiValueHeaders"] = None

    assert echo(event)["path"] == "/echo"


def test_header_values_that_are_null_are_left_out() -> None:
    event = make_event()
    event["headers"] = {"X-A": None, "X-B": "b"}
    event["multiValueHeaders"] = None
    seen = environ_of(event)

    assert ("HTTP_X_A" in seen, seen["HTTP_X_B"]) == (False, "b")


def test_a_header_with_an_underscore_can_not_pass_for_another() -> None:
    seen = environ_of(make_event(headers={"x_api_key": ["forged"], "X-Api-Key": ["mine"]}))

    assert seen["HTTP_X_API_KEY"] == "mine"


def test_no_header_can_name_the_iam_caller() -> None:
    names = ["skep.user_arn", "Remote-User", "REMOTE_USER", "Skep.User-Arn", "HTTP-REMOTE-USER"]
    seen = environ_of(make_event(headers={name: ["arn:aws:iam::1:root"] for name in names}))

    assert (seen["skep.user_arn"], "REMOTE_USER" in seen) == (None, False)


def test_the_iam_caller_is_the_remote_user() -> None:
    arn = "arn:aws:sts::123456789012:assumed-role/reporting/nightly"

    assert echo(make_event(identity={"userArn": arn}))["user"] == arn


def test_text_beyond_latin_1_reaches_headers_as_utf_8_bytes() -> None:
    seen = environ_of(make_event(headers={"X-Name": ["Łódź"]}))

    assert seen["HTTP_X_NAME"].encode("latin-1").decode() == "Łódź"


def test_client_header_names_do_not_fill_the_memory() -> None:
    for number in range(1000):
        echo(make_event(headers={f"X-Random-{number}": ["1"]}))

    assert len(lambda_environ._ENVIRON_KEYS) <= 512
    assert environ_of(make_event(headers={"X-Random-999": ["1"]}))["HTTP_X_RANDOM_999"] == "1"


@pytest.mark.parametrize("path", ["/echo/caf%C3%A9%20x", "/echo/café x"])
def test_a_path_arrives_decoded(path: str) -> None:
    assert echo(make_event(path=path))["path"] == "/echo/café x"


def test_a_decoded_path_beyond_latin_1_arrives() -> None:
    assert echo(make_event(path="/echo/漢字"))["path"] == "/echo/漢字"


def test_the_address_is_api_gateways_and_not_the_clients_word() -> None:
    assert echo(make_event(headers={"X-Forwarded-For": ["6.6.6.6, 203.0.113.10"]}))["ip"] == ("203.0.113.10")


def test_without_forwarded_headers_the_scheme_is_https() -> None:
    assert echo(make_event())["url"] == "https://crm.example.com/echo"


def test_a_scheme_that_is_neither_http_nor_https_is_not_believed() -> None:
    event = make_event(headers={"X-Forwarded-Proto": ["javascript"], "X-Forwarded-Port": ["x"]})

    assert echo(event)["url"] == "https://crm.example.com/echo"


def test_without_a_host_header_the_domain_name_serves() -> None:
    event = make_event()
    event["headers"] = event["multiValueHeaders"] = {"Accept": ["*/*"]}

    assert echo(event)["url"] == "https://crm.example.com/echo"


def test_a_host_with_a_port_keeps_it() -> None:
    seen = environ_of(make_event(headers={"Host": ["[::1]:8080"], "X-Forwarded-Proto": ["http"]}))

    assert (seen["SERVER_NAME"], seen["SERVER_PORT"], seen["wsgi.url_scheme"]) == (
        "[::1]",
        "8080",
        "http",
    )


def test_links_under_a_stage_carry_the_stage() -> None:
    domain = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
    answer = ECHO(make_event(path="/go", domain=domain, stage="dev"), CONTEXT)

    assert answer["multiValueHeaders"]["Location"] == [f"https://{domain}/dev/echo"]


def test_links_at_a_custom_domain_carry_no_stage() -> None:
    answer = ECHO(make_event(path="/go", stage="dev"), CONTEXT)

    assert answer["multiValueHeaders"]["Location"] == ["https://crm.example.com/echo"]


@pytest.mark.parametrize(
    ("resource", "path", "parameters", "script_name", "path_info"),
    [
        ("/v1/customers", "/v1/customers", None, "", "/v1/customers"),
        ("/v1/customers", "/v1/customers/", None, "", "/v1/customers/"),
        ("/v1/customers", "/crm/v1/customers", None, "/crm", "/v1/customers"),
        ("/v1/{t}", "/a%20b/v1/x%2Fy", {"t": "x/y"}, "/a b", "/v1/x/y"),
        ("/v1/{t}", "/crm/v1/x", {"t": "y"}, "", "/crm/v1/x"),
        ("/v1/{t}", "/crm/v1/x", None, "/crm", "/v1/x"),
        ("/", "/", None, "", "/"),
        ("/", "/crm", None, "/crm", "/"),
        ("/{proxy+}", "/a/b", {"proxy": "a/b"}, "", "/a/b"),
        ("/{proxy+}", "/crm/a/b/", {"proxy": "a/b"}, "/crm", "/a/b/"),
        ("/app/{proxy+}", "/crm/app/a/b", {"proxy": "a/b"}, "/crm", "/app/a/b"),
        ("/{proxy+}", "/a/a/a", {"proxy": "a"}, "/a/a", "/a"),
        (None, "/x", None, "", "/x"),
    ],
)
def test_a_base_path_is_what_the_resource_leaves_over(
    resource: str | None,
    path: str,
    parameters: dict[str, str] | None,
    script_name: str,
    path_info: str,
) -> None:
    event = make_event(path=path) | {"resource": resource, "pathParameters": parameters}
    seen = environ_of(event)

    assert (seen["SCRIPT_NAME"], seen["PATH_INFO"]) == (script_name, path_info)


@pytest.mark.parametrize("is_base64", [False, True])
def test_a_body_arrives_with_its_length_in_bytes(is_base64: bool) -> None:
    data = "Łódź 🐝".encode()
    body = base64.b64encode(data).decode() if is_base64 else data.decode()
    seen = echo(make_event("POST", body=body, is_base64=is_base64))

    assert (seen["length"], base64.b64decode(seen["body"])) == (len(data), data)


@pytest.mark.parametrize("data", [b"\x00\xff\xfe", gzip.compress(b"{}")])
def test_a_binary_body_arrives_whatever_its_type(data: bytes) -> None:
    event = make_event("POST", body=base64.b64encode(data).decode(), is_base64=True)
    event["multiValueHeaders"]["Content-Encoding"] = ["gzip"]

    assert base64.b64decode(echo(event)["body"]) == data


def test_a_length_that_the_client_sent_is_not_believed() -> None:
    seen = environ_of(make_event("POST", headers={"Content-Length": ["99"]}, body="four"))

    assert (seen["CONTENT_LENGTH"], "HTTP_CONTENT_LENGTH" in seen) == ("4", False)


@pytest.mark.parametrize("body", ["%%%", "abc", "ключ"])
def test_a_body_that_is_not_base64_answers_400(body: str) -> None:
    answer = ECHO(make_event("POST", body=body, is_base64=True), CONTEXT)

    assert answer | {"body": json.loads(answer["body"])} == {
        "statusCode": 400,
        "multiValueHeaders": {"Content-Type": ["application/problem+json"]},
        "body": {
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
            "code": "bad_request",
            "detail": "The body is not valid base64.",
            "request_id": "request-1",
        },
        "isBase64Encoded": False,
    }


def test_a_lone_surrogate_in_a_body_is_left_to_the_app() -> None:
    seen = echo(make_event("POST", body="\ud800"))

    assert base64.b64decode(seen["body"]) == b"\xed\xa0\x80"


def test_the_request_id_is_lambdas_where_api_gateway_gives_none() -> None:
    event = make_event()
    event["requestContext"] = None

    assert environ_of(event)["skep.request_id"] == "lambda-1"


@pytest.mark.parametrize("documented", list_events(), ids=lambda documented: documented.name)
def test_every_documented_event_becomes_the_right_environ(documented: DocumentedEvent) -> None:
    seen = environ_of(documented.event)

    assert {name: seen.get(name) for name in documented.environ} == documented.environ
    assert seen["wsgi.input"].read() == documented.body
    assert seen["awsgi.event"] is documented.event
