"""What k6 makes of every workload, asked of k6 itself: bounded, open, one phase after the other."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.load.k6 import FOLDER, JOURNEYS, WORKLOADS

MAX_VUS = 300
MAX_SECONDS = 7_500
OPEN = {"constant-arrival-rate", "ramping-arrival-rate"}


class NotPlanned(Exception):
    """k6 took no options from main.js."""


def inspect(workload: str, *, journey: str = "all", seconds: int = 0, rate: float = 10) -> dict[str, Any]:
    """The options that main.js gives to k6."""
    done = subprocess.run(
        [Path(sys.executable).with_name("k6"), "inspect", "--include-system-env-vars", FOLDER / "main.js"],
        env={
            "SKEP_LOAD_URL": "http://127.0.0.1:1",
            "SKEP_LOAD_JOURNEY": journey,
            "SKEP_LOAD_WORKLOAD": workload,
            "SKEP_LOAD_RATE": str(rate),
            "SKEP_LOAD_SECONDS": str(seconds),
            "SKEP_LOAD_P99": "500",
            "SKEP_LOAD_SEED": "1",
            "SKEP_LOAD_RUN": "test",
            "SKEP_LOAD_KEYS": '["key"]',
            "SKEP_LOAD_PEOPLE": '[{"email": "a", "password": "b"}]',
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotPlanned(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def in_seconds(duration: str) -> float:
    """k6's own durations: 1m30s, 500ms."""
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
    return sum(float(amount) * units[unit] for amount, unit in re.findall(r"([\d.]+)(ms|s|m|h)", duration))


def ends_after(scenario: dict[str, Any]) -> float:
    """Seconds from the start of the run."""
    stages = scenario.get("stages") or [{"duration": scenario["duration"]}]
    return in_seconds(scenario["startTime"]) + sum(in_seconds(stage["duration"]) for stage in stages)


@pytest.mark.parametrize("workload", WORKLOADS)
def test_a_workload_is_an_open_model_within_bounds_at_the_highest_rate_and_the_longest_duration(workload: str) -> None:
    scenarios = inspect(workload, rate=100, seconds=60 if workload == "stress" else 7_200)["scenarios"]
    assert {scenario["executor"] for scenario in scenarios.values()} <= OPEN
    assert max(scenario["maxVUs"] for scenario in scenarios.values()) <= MAX_VUS
    assert max(ends_after(scenario) for scenario in scenarios.values()) <= MAX_SECONDS


@pytest.mark.parametrize("workload", WORKLOADS)
def test_phases_come_one_after_the_other(workload: str) -> None:
    scenarios = sorted(inspect(workload)["scenarios"].values(), key=lambda one: in_seconds(one["startTime"]))
    assert in_seconds(scenarios[0]["startTime"]) == 0
    for before, after in itertools.pairwise(scenarios):
        assert in_seconds(after["startTime"]) == ends_after(before)


@pytest.mark.parametrize("journey", JOURNEYS)
def test_every_endpoint_of_a_journey_has_a_p99_of_half_a_second_and_may_not_fail(journey: str) -> None:
    thresholds = inspect("average", journey=journey)["thresholds"]
    endpoints = {name.partition("endpoint:")[2].rstrip("}") for name in thresholds if "endpoint:" in name}
    assert len(endpoints) > 3
    for endpoint in endpoints:
        at = f"{{phase:average,endpoint:{endpoint}}}"
        assert "p(99)<=500" in rules(thresholds, f"answered{at}")
        assert "rate==0" in rules(thresholds, f"http_req_failed{at}")
        assert "rate==1" in rules(thresholds, f"checks{at}")
        assert "count>0" in rules(thresholds, f"http_reqs{at}")


def test_stress_alone_gives_up_when_a_step_does_not_hold() -> None:
    for workload in WORKLOADS:
        given_up = [rule for rules_ in inspect(workload)["thresholds"].values() for rule in rules_ if aborts(rule)]
        assert bool(given_up) == (workload == "stress"), workload


def test_the_duration_stretches_the_main_phase_and_the_rate_all_of_them() -> None:
    phases = inspect("average", seconds=120, rate=20)["scenarios"]
    assert in_seconds(phases["phase_0"]["stages"][0]["duration"]) == 10
    assert in_seconds(phases["phase_1"]["duration"]) == 120
    assert phases["phase_1"]["rate"] == 20 * 60
    assert phases["phase_1"]["timeUnit"] == "1m0s"


def test_a_run_that_would_take_hours_is_refused() -> None:
    with pytest.raises(NotPlanned, match="at most 7500 s"):
        inspect("stress", seconds=7_200)


def rules(thresholds: dict[str, list[Any]], name: str) -> list[str]:
    """The conditions of a metric. k6 writes one that only judges as its text alone."""
    return [rule if isinstance(rule, str) else rule["threshold"] for rule in thresholds[name]]


def aborts(rule: Any) -> bool:
    """Whether a run ends when this is crossed."""
    return not isinstance(rule, str) and bool(rule["abortOnFail"])
