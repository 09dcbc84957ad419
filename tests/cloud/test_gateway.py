"""What API Gateway decides before a function is asked: keys, throttling, unknown paths, assets."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.local.cloud.plan import STAGE
from tests.cloud.cloud import Answer, Cloud, wait_for


def expect_problem(answer: Answer, status: int, code: str) -> None:
    """That an answer is this problem document."""
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer.body
    assert (answer.json["status"], answer.json["code"]) == (status, code)


@pytest.mark.parametrize("key", [None, "skp_0123456789ab_wrong"])
def test_without_a_key_that_the_gateway_knows_the_answer_is_403(cloud: Cloud, key: str | None) -> None:
    expect_problem(cloud.ask("GET", "/v1/customers", key=key), 403, "forbidden")


def test_the_right_key_answers_200(cloud: Cloud) -> None:
    answer = cloud.get("/v1/customers?limit=3")

    assert (answer.status, len(answer.json["items"])) == (200, 3)


@pytest.mark.parametrize("path", ["/v1/nothing", "/nothing", "/v1/customers/1/2/3"])
def test_an_unknown_path_answers_404_as_a_problem(cloud: Cloud, path: str) -> None:
    expect_problem(cloud.get(path), 404, "not_found")


def test_a_method_that_a_path_does_not_have_is_answered_by_the_service(cloud: Cloud) -> None:
    answer = cloud.ask("DELETE", "/v1/customers", key=cloud.key)

    assert answer.status == 405
    assert "POST" in answer.headers["allow"]


def test_a_revoked_key_answers_401_at_once_and_403_after_the_key_sync(cloud: Cloud) -> None:
    made = cloud.ask_json(
        "POST", "/v1/clients", {"name": "Revoked soon", "role": "admin", "person_id": cloud.told["people"][0]["id"]}
    )
    assert made.status == 201, made.body
    issued = cloud.ask("POST", f"/v1/clients/{made.json['id']}/key", key=cloud.key)
    assert issued.status in (200, 201), issued.body
    key = issued.json["key"]
    wait_for(lambda: cloud.ask("GET", "/v1/customers?limit=1", key=key).status == 200)

    with cloud.deaf("keys"):
        revoked = cloud.ask("DELETE", f"/v1/clients/{made.json['id']}/key", key=cloud.key)
        assert revoked.status == 204, revoked.body
        expect_problem(cloud.ask("GET", "/v1/customers?limit=1", key=key), 401, "unauthorized")

    wait_for(lambda: cloud.ask("GET", "/v1/customers?limit=1", key=key).status == 403)


def test_a_burst_over_the_limit_answers_429_and_a_moment_later_200(cloud: Cloud) -> None:
    key = next(client for client in cloud.told["clients"] if client["role"] == "viewer")["key"]

    with cloud.limited(rate=1, burst=5), ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: cloud.ask("GET", "/v1/products?limit=1", key=key), range(20)))
        refused = [answer for answer in answers if answer.status == 429]

        assert {answer.status for answer in answers} == {200, 429}
        expect_problem(refused[0], 429, "too_many_requests")
        wait_for(lambda: cloud.ask("GET", "/v1/products?limit=1", key=key).status == 200)


def test_the_sign_in_page_and_its_assets_stand_below_the_stage(cloud: Cloud) -> None:
    page = cloud.ask("GET", "/sign-in")
    links = re.findall(r'(?:href|src)="(/[^"]+)"', page.body.decode())
    sheet = next(link for link in links if link.endswith(".css"))

    style = cloud.ask("GET", sheet.removeprefix(f"/{STAGE}"))

    assert page.status == 200
    assert all(link.startswith(f"/{STAGE}/") for link in links)
    assert (style.status, style.headers["content-type"].partition(";")[0]) == (200, "text/css")
    assert b"--" in style.body


def test_a_request_too_large_for_lambda_answers_413(cloud: Cloud) -> None:
    answer = cloud.ask(
        "POST", "/v1/customers/import", b"company\n" * 800_000, key=cloud.key, content_type="application/json"
    )

    expect_problem(answer, 413, "too_large")


def test_signing_in_leads_to_a_page_below_the_stage(cloud: Cloud) -> None:
    admin = next(person for person in cloud.told["people"] if person["role"] == "admin")
    page = cloud.ask("GET", "/sign-in")
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.body.decode()))
    cookies = page.headers.get("set-cookie", "").partition(";")[0]
    form = {**hidden, "email": admin["email"], "password": admin["password"]}
    body = "&".join(f"{name}={value.replace('@', '%40')}" for name, value in form.items()).encode()

    answer = cloud.ask(
        "POST", "/sign-in", body, content_type="application/x-www-form-urlencoded", cookie=cookies, origin=cloud.url
    )

    assert answer.status == 303, answer.body
    assert answer.headers["location"].removeprefix(cloud.url.removesuffix(f"/{STAGE}")).startswith(f"/{STAGE}")
    assert f"Path=/{STAGE}" in answer.headers["set-cookie"]


def test_the_event_that_a_service_gets_names_path_and_query_as_they_were_sent(cloud: Cloud) -> None:
    name = "Ünïque 100% & more"
    made = cloud.ask_json("POST", "/v1/customers", {"company": name})
    assert made.status == 201, made.body

    found = cloud.get("/v1/customers?filter=company%5Beq%5D%3D%C3%9Cn%C3%AFque%20100%25%20%26%20more&limit=5")

    assert [item["company"] for item in found.json["items"]] == [name], json.dumps(found.json)
