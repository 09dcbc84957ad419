"""A run beside the one that was kept: in ratios, with room for what no run repeats."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.load.baseline import (
    RATE,
    Finding,
    Measured,
    compare,
    measure,
    merge,
    read_baseline,
    write_baseline,
    write_junit,
)


def endpoint(name: str, p50: float, p99: float, *, answered: int = 500) -> dict[str, Any]:
    """An endpoint as a report tells of it."""
    return {"name": name, "answered": answered, "p50": p50, "p99": p99}


def report(*endpoints: dict[str, Any], dropped: int = 0, state: str = "done") -> dict[str, Any]:
    """A run of 600 journeys, with a phase before and a short one after."""
    phase = {"judge": "endpoints", "state": state, "dropped": dropped, "journeys_per_second": 10.0}
    return {
        "phases": [
            {**phase, "judge": "nothing", "seconds": 900, "endpoints": []},
            {**phase, "seconds": 60, "endpoints": list(endpoints)},
            {**phase, "seconds": 15, "endpoints": [endpoint("version", 900, 900)]},
        ]
    }


def test_times_are_told_in_those_of_the_least_that_the_platform_answers() -> None:
    found = measure(report(endpoint("version", 2, 5), endpoint("read customer", 6, 20)))
    assert found == {"read customer": Measured(3, 10), RATE: Measured(1, 0)}


def test_a_machine_of_half_the_speed_measures_the_same() -> None:
    quick = report(endpoint("version", 2, 5), endpoint("read customer", 6, 20))
    slow = report(endpoint("version", 4, 10), endpoint("read customer", 12, 40))
    assert measure(quick) == measure(slow)


def test_an_endpoint_with_too_few_answers_is_left_out() -> None:
    found = measure(report(endpoint("version", 2, 5), endpoint("read customer", 6, 20, answered=99)))
    assert set(found) == {RATE}


def test_without_the_yardstick_or_a_phase_that_was_reached_nothing_is_measured() -> None:
    assert measure(report(endpoint("read customer", 6, 20))) == {}
    assert measure(report(endpoint("version", 2, 5), state="not reached")) == {}
    assert merge([{}, {"read customer": Measured(1, 1), RATE: Measured(1, 0)}]) == {}


def test_journeys_that_were_dropped_count_against_the_rate() -> None:
    assert measure(report(endpoint("version", 2, 5), dropped=60))[RATE] == Measured(0.9, 0)


def test_of_two_runs_the_better_counts_figure_by_figure() -> None:
    one = {"a": Measured(3, 9), RATE: Measured(0.9, 0)}
    other = {"a": Measured(2, 12), "only here": Measured(1, 1), RATE: Measured(1, 0)}
    assert merge([one, other]) == {"a": Measured(2, 9), RATE: Measured(1, 0)}


def test_a_half_slower_median_is_worse_and_a_quarter_is_not() -> None:
    then = {"a": Measured(2, 10), "b": Measured(2, 10)}
    findings = compare({"a": Measured(3, 10), "b": Measured(2.5, 10)}, then)
    assert [str(finding) for finding in findings if finding.is_worse] == [
        "a: p50 is 1.50 times the baseline's (at most 1.35)"
    ]


def test_a_p99_may_double_and_not_triple() -> None:
    assert not any(one.is_worse for one in compare({"a": Measured(2, 20)}, {"a": Measured(2, 10)}))
    assert [one.figure for one in compare({"a": Measured(2, 30)}, {"a": Measured(2, 10)}) if one.is_worse] == ["p99"]


def test_a_rate_that_is_no_longer_held_is_worse() -> None:
    findings = compare({RATE: Measured(0.95, 0)}, {RATE: Measured(1, 0)})
    assert [str(one) for one in findings if one.is_worse] == [
        "all journeys: kept is 0.95 times the baseline's (at least 0.98)"
    ]


def test_what_only_one_of_both_has_is_not_compared() -> None:
    assert compare({"new": Measured(1, 1)}, {"old": Measured(1, 1)}) == []


def test_a_baseline_keeps_runs_of_other_names(tmp_path: Path) -> None:
    file = tmp_path / "load" / "baseline.json"
    assert read_baseline(file, "all-average make run") == {}
    write_baseline(file, "all-average make run", {"a": Measured(2, 9)})
    write_baseline(file, "all-average make cloud", {"a": Measured(5, 9)})
    assert read_baseline(file, "all-average make run") == {"a": Measured(2, 9)}
    assert read_baseline(file, "all-average make cloud") == {"a": Measured(5, 9)}


def test_junit_has_a_case_for_each_figure_and_names_the_worse(tmp_path: Path) -> None:
    file = tmp_path / "baseline.xml"
    write_junit(file, "all-average make run", [Finding("a", "p50", 1.5, 1.35), Finding("a", "p99", 1.0, 2.5)])
    suite = ElementTree.parse(file).getroot()  # noqa: S314 - our own
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None] == ["a: p50"]
