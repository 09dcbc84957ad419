"""The whole platform behind the local gateway, at / and under a stage: real HTTP, real events, real handlers."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from services.forms.assets import write_assets
from services.local.api_gateway.gateway import LOCAL_IAM_HEADER, Gateway
from services.local.catalog import read_routes, web_services
from services.shared.lambda_adapter import make_handler
from tests.support.world import World, key_of

ROLE = "arn:aws:iam::123456789012:role/reporting"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Shows a redirect instead of following it."""

    def redirect_request(self, *_: Any) -> None:
        """No."""
        return


@dataclass
class Platform:
    """The platform's URL."""

    url: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """One request: status, headers (names in lower case), body."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None
        if body is not None:
            data, sent["content-type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(self.url + path, data, sent, method=method)  # noqa: S310 - loopback
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


@pytest.fixture(scope="module", params=[None, "dev"], ids=["root", "stage"])
def platform(
    request: pytest.FixtureRequest, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    """All services behind a gateway."""
    assets = tmp_path_factory.mktemp("assets")
    write_assets(assets)
    handlers = {
        name: make_handler(import_module(f"services.{name}.app").build_app(world.settings, world.database))
        for name in web_services()
    }
    with Gateway(read_routes(), handlers, stage=request.param, assets=Path(assets)) as gateway:
        yield Platform(gateway.url)


def test_a_record_made_with_a_key_is_found_where_its_location_says(platform: Platform, request: Any) -> None:
    key = key_of("sam")
    company = f"Located {request.node.callspec.id}"
    status, headers, body = platform.call("POST", "/v1/customers", {"company": company}, x_api_key=key)
    assert status == 201, body
    prefix = platform.url.partition("127.0.0.1:")[2].partition("/")[2]
    assert headers["location"].startswith(f"/{prefix}/v1/customers/" if prefix else "/v1/customers/")
    path = headers["location"].removeprefix(f"/{prefix}") if prefix else headers["location"]
    status, headers, body = platform.call("GET", path, x_api_key=key)
    assert (status, json.loads(body)["company"], headers["etag"]) == (200, company, '"1"')
    assert platform.call("GET", path, x_api_key=key, if_none_match='"1"')[0] == 304


def test_the_gateway_refuses_a_missing_key_and_the_application_an_unknown_one(platform: Platform) -> None:
    status, headers, body = platform.call("GET", "/v1/customers")
    assert (status, headers["content-type"]) == (403, "application/problem+json")
    assert json.loads(body)["code"] == "forbidden"
    status, _, body = platform.call("GET", "/v1/customers", x_api_key="skp_none_" + "x" * 40)
    assert (status, json.loads(body)["code"]) == (401, "unauthorized")


def test_an_iam_role_calls_as_its_client_and_only_below_iam(platform: Platform, world: World) -> None:
    world.owner("UPDATE clients SET iam_arn = %s WHERE name = 'vic''s client'", (ROLE,))
    caller = {LOCAL_IAM_HEADER: "arn:aws:sts::123456789012:assumed-role/reporting/some-session"}
    assert platform.call("GET", "/iam/v1/customers", **caller)[0] == 200
    assert platform.call("POST", "/iam/v1/customers", {"company": "No"}, **caller)[0] == 403  # a viewer
    assert platform.call("GET", "/iam/v1/customers")[0] == 403
    assert platform.call("GET", "/v1/customers", **caller)[0] == 403


def test_an_unknown_path_is_a_problem_document_and_a_wrong_method_names_the_right_ones(platform: Platform) -> None:
    status, headers, body = platform.call("GET", "/v1/nothing", x_api_key=key_of("ada"))
    assert (status, headers["content-type"], json.loads(body)["status"]) == (404, "application/problem+json", 404)
    status, headers, _ = platform.call("PUT", "/v1/customers", {}, x_api_key=key_of("ada"))
    assert (status, sorted(headers["allow"].split(", "))) == (405, ["GET", "HEAD", "OPTIONS", "POST"])


def test_the_sign_in_page_links_to_assets_that_are_there(platform: Platform) -> None:
    status, headers, body = platform.call("GET", "/sign-in")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    sheet = body.decode().partition('rel="stylesheet" href="')[2].partition('"')[0]
    prefix = platform.url.partition("127.0.0.1:")[2].partition("/")[2]
    status, headers, _ = platform.call("GET", sheet.removeprefix(f"/{prefix}") if prefix else sheet)
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/css")


def test_a_signed_out_visitor_is_sent_to_sign_in(platform: Platform) -> None:
    status, headers, _ = platform.call("GET", "/tables/customers")
    assert status == 303
    assert "/sign-in" in headers["location"]
