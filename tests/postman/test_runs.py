"""The collection run by newman against the platform: green as it is, red with each planted fault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.postman.faulty import Exchange, Fault, proxy
from tests.postman.newman import Run, run_newman
from tests.support.node import Lacking, find_tool
from tests.support.platform import Told, run_platform


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A platform of their own, where newman can run."""
    try:
        find_tool("newman")
    except Lacking as lacking:
        pytest.skip(str(lacking))
    with run_platform(tmp_path_factory.mktemp("platform")) as told:
        yield told


@pytest.fixture
def run(platform: Told, tmp_path: Path) -> Run:
    """The customers' folder, as an admin."""
    key = next(client["key"] for client in platform["clients"] if client["role"] == "admin")
    variables = {"base_url": platform["url"]}
    return Run(key, variables, "local", "customers", junit=tmp_path / "newman.xml", report=tmp_path / "report.html")


def failures(run: Run) -> set[str]:
    """The names of the assertions that failed."""
    cases = ElementTree.parse(run.junit).iter("testcase")  # noqa: S314  newman has just written it
    return {case.get("name", "") for case in cases if case.find("failure") is not None}


def test_a_folder_passes_and_its_reports_do_not_hold_the_key(run: Run) -> None:
    assert run_newman(run) == 0
    assert failures(run) == set()
    assert run.key not in run.report.read_text(encoding="utf-8") + run.junit.read_text(encoding="utf-8")


def lose_etag(exchange: Exchange) -> None:
    exchange.headers.pop("etag", None)


def lose_field(exchange: Exchange) -> None:
    if exchange.status == 200 and exchange.method == "GET" and b'"notes"' in exchange.body:
        exchange.body = json.dumps({n: v for n, v in json.loads(exchange.body).items() if n != "notes"}).encode()


def lose_errors(exchange: Exchange) -> None:
    if exchange.status == 422:
        exchange.body = json.dumps({**json.loads(exchange.body), "errors": []}).encode()


def answer_html(exchange: Exchange) -> None:
    if exchange.status == 404:
        exchange.headers["content-type"], exchange.body = "text/html", b"<h1>Not Found</h1>"


def take_any_version(exchange: Exchange) -> None:
    exchange.sent.pop("if-match", None)


def forget_keys(exchange: Exchange) -> None:
    exchange.sent.pop("idempotency-key", None)


def lend_a_key(exchange: Exchange) -> None:
    exchange.sent.setdefault("x-api-key", "skp_0123456789ab_nobodyhasthiskeyatall")


FAULTS = (
    Fault("ETag is lost", "its ETag is its version", back=lose_etag),
    Fault("a record lacks a field", "get_customers answers what its schema says", back=lose_field),
    Fault("a refusal names no field", "the problem is invalid and names company", back=lose_errors),
    Fault("a problem is a page", "get_customers answers with application/problem+json", back=answer_html),
    Fault("If-Match is not looked at", "the problem is precondition_failed", there=take_any_version),
    Fault("a repeated request is carried out again", "it is the same record", there=forget_keys),
    Fault("no key is asked for by the gateway", "the problem is forbidden", there=lend_a_key),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.sentence)
def test_a_planted_fault_is_found(platform: Told, run: Run, fault: Fault) -> None:
    with proxy(platform["url"], fault) as url:
        spoiled = replace(run, variables={"base_url": url})
        assert run_newman(spoiled) == 1

    assert fault.found_by in failures(spoiled)


def test_where_writing_is_refused_only_reading_is_tried(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_newman(replace(run, environment="production")) == 1

    told = capfd.readouterr().out
    assert "Make a customer was left out" in told
    assert "POST " not in told


def test_smoke_finds_another_release_than_the_one_that_was_meant(run: Run) -> None:
    variables = {**run.variables, "release": "2026.01.01-1-0123456789ab"}
    smoke = replace(run, folder="smoke", variables=variables)

    assert run_newman(smoke) == 1

    assert failures(smoke) == {"it is the release that was asked for, where one was"}
