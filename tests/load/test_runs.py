"""`python -m tests.load` for real, k6 against a running platform: one that is well, and ones with something planted."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.load.proxy import PASS, Deed, Judge, run_proxy
from tests.support.platform import ROOT, Told, run_platform

P99_MS = 2_000
"""Four times what is asked of a platform: these tests are of the command, and a machine that runs tests is busy."""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Told, Path]]:
    """A platform that runs, and its run.json."""
    data = tmp_path_factory.mktemp("platform")
    with run_platform(data) as told:
        yield told, data / "run.json"


def load(url: str, key_file: Path, reports: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, for a few seconds."""
    command = [sys.executable, "-m", "tests.load", "--url", url, "--key-file", str(key_file)]
    return subprocess.run(
        [*command, "--reports", str(reports), "--duration", "6s", "--p99", str(P99_MS), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def plant(
    platform: tuple[Told, Path], judge: Judge, reports: Path, *arguments: str, name: str = "all-smoke"
) -> tuple[subprocess.CompletedProcess[str], dict[str, str], dict[str, Any]]:
    """The command's end, JUnit's failures (case -> message) and the report, with something planted."""
    told, key_file = platform
    with run_proxy(told["url"], judge) as url:
        done = load(url, key_file, reports, *arguments)
    suite = ElementTree.parse(reports / "junit-load" / f"{name}.xml")  # noqa: S314 - our own
    failures = {
        case.attrib["name"]: fault.attrib["message"]
        for case in suite.iter("testcase")
        for fault in case.iter("failure")
    }
    return done, failures, json.loads((reports / "load" / f"{name}.json").read_text(encoding="utf-8"))


def test_a_platform_that_is_well_passes_and_nothing_is_left_behind_or_given_away(
    platform: tuple[Told, Path], tmp_path: Path
) -> None:
    told, key_file = platform
    done = load(told["url"], key_file, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    suite = ElementTree.parse(tmp_path / "junit-load" / "all-smoke.xml").getroot()  # noqa: S314 - our own
    cases = [case.attrib["name"] for case in suite.iter("testcase")]
    assert len(cases) > 60
    assert not list(suite.iter("failure"))
    assert "create opportunity: p99 is at most 2000 ms" in cases
    page = (tmp_path / "load" / "all-smoke.html").read_text(encoding="utf-8")
    assert "Passed" in page
    assert not re.search(r"<script|<link|\bsrc=|url\(|https?://", page)
    assert count_marked(told) == 0
    written = done.stdout + done.stderr + "".join(path.read_text() for path in tmp_path.rglob("*.*"))
    secrets = [client["key"] for client in told["clients"]] + [person["password"] for person in told["people"]]
    assert not [secret for secret in secrets if secret in written]
    assert "skep_session" not in written


def test_a_slow_and_a_failing_endpoint_fail_the_run_and_junit_says_which(
    platform: tuple[Told, Path], tmp_path: Path
) -> None:
    def judge(method: str, target: str, _headers: Mapping[str, str]) -> Deed:
        if (method, target) == ("POST", "/v1/opportunities"):
            return Deed(wait_seconds=1.5 * P99_MS / 1000)
        return Deed(status=500) if method == "PATCH" and target.startswith("/v1/customers/") else PASS

    done, failures, _ = plant(platform, judge, tmp_path)
    assert done.returncode == 1
    assert set(failures) == {
        "create opportunity: p99 is at most 2000 ms",
        "edit customer: no request fails",
        "edit customer: every answer says what it should",
        "all endpoints: p99 is at most 2000 ms",
        "all endpoints: no request fails",
        "all endpoints: every answer says what it should",
    }
    assert re.search(r"it should: [1-9]", failures["edit customer: every answer says what it should"])
    assert "FAILED smoke, create opportunity: p99 is at most 2000 ms" in done.stdout
    assert "Failed" in (tmp_path / "load" / "all-smoke.html").read_text(encoding="utf-8")


def test_what_the_gateway_throttles_and_what_others_edited_meanwhile_is_no_failure_and_is_told(
    platform: tuple[Told, Path], tmp_path: Path
) -> None:
    counts = {"unchanged": itertools.count(), "edit": itertools.count()}

    def judge(method: str, target: str, headers: Mapping[str, str]) -> Deed:
        if headers.get("If-None-Match") and next(counts["unchanged"]) % 3 == 0:
            return Deed(status=429)
        # The first edit alone: one that is sent twice must get its first answer, and not 412.
        if method == "PATCH" and target.startswith("/v1/customers/") and next(counts["edit"]) == 0:
            return Deed(status=412)
        return PASS

    done, failures, report = plant(platform, judge, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not failures
    throttled = {one["name"] for phase in report["phases"] for one in phase["endpoints"] if one["throttled"]}
    assert set(throttled) == {"read unchanged"}
    assert report["legitimate"] >= 1
    assert not any(phase["failed"] for phase in report["phases"])
    assert "answered 429: the usage plan" in done.stdout
    assert "met a newer version (412)" in done.stdout


def test_stress_ends_at_the_first_step_that_does_not_hold_and_that_is_no_failure(
    platform: tuple[Told, Path], tmp_path: Path
) -> None:
    begun = itertools.count()
    first_steps = 15  # journeys: the warm-up has two or three, a usual day three or four, twice that six or seven

    def judge(_method: str, target: str, _headers: Mapping[str, str]) -> Deed:
        slow = target == "/v1/version" and next(begun) >= first_steps
        return Deed(wait_seconds=1.5 * P99_MS / 1000) if slow else PASS

    name = "look_at_reports-stress"
    arguments = ("--journey", "look_at_reports", "--workload", "stress", "--rate", "0.5")
    done, failures, report = plant(platform, judge, tmp_path, *arguments, name=name)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not failures
    assert report["limit"] == {"held": "x2", "broke": "x3"}
    states = {phase["name"]: phase["state"] for phase in report["phases"]}
    assert [states[step] for step in ("x1", "x2", "x3", "x5", "x20")] == [
        "done", "done", "cut short", "not reached", "not reached",
    ]  # fmt: skip
    assert "x3 did not: all endpoints, p99 is at most 2000 ms" in done.stdout


def test_a_key_that_nobody_knows_ends_the_run_before_it_begins(platform: tuple[Told, Path], tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("skp_nobody_knows", encoding="utf-8")
    done = load(platform[0]["url"], keys, tmp_path, "--journey", "search_and_edit")
    assert done.returncode == 1
    assert "Client 1 of 1 can't be used: GET /v1/countries: it answers 401" in done.stderr


def count_marked(told: Told) -> int:
    """How many records of load tests an admin finds."""
    key = next(client["key"] for client in told["clients"] if client["role"] == "admin")
    total = 0
    for table in ("customers", "opportunities"):
        request = urllib.request.Request(f"{told['url']}/v1/{table}?q=load-&count=true", headers={"x-api-key": key})  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            total += json.loads(answer.read())["count"]
    return total
