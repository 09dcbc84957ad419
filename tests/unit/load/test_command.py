"""The command itself: what it refuses before anything is started, and what it keeps when all is done."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from tests.load.__main__ import _compare, _rate, _seconds, main
from tests.load.baseline import Measured, read_baseline
from tests.load.target import Refused


def test_durations_are_seconds_minutes_or_hours() -> None:
    assert [_seconds(given) for given in ("0", "90", "90s", "5m", "1h")] == [0, 90, 90, 300, 3_600]


@pytest.mark.parametrize("given", ["4s", "3h", "-5s", "1d", "", "1.5m", "five"])
def test_a_duration_out_of_bounds_is_refused(given: str) -> None:
    with pytest.raises(Refused, match="the duration is"):
        _seconds(given)


@pytest.mark.parametrize("given", ["0", "101", "-1", "nan", "inf", "many"])
def test_a_rate_out_of_bounds_is_refused(given: str) -> None:
    with pytest.raises(Refused, match="the rate is"):
        _rate(given)


def test_another_machine_is_not_loaded_and_the_sentence_says_how_it_would_be(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKEP_LOAD_KEY", "skp_1_a")
    assert main(["--url", "https://skep.example/dev"]) == 2
    assert "Nothing was loaded: skep.example is not this machine" in capsys.readouterr().err


def test_the_forms_need_people(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKEP_LOAD_KEY", "skp_1_a")
    assert main(["--url", "http://127.0.0.1:1", "--journey", "work_in_forms"]) == 2
    assert "the forms need people" in capsys.readouterr().err


def test_more_runs_than_are_worth_their_time_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", "http://127.0.0.1:1", "--runs", "4"]) == 2
    assert "--runs is 4; it is from 1 to 3" in capsys.readouterr().err


def test_a_cloud_that_is_not_up_is_said(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    assert main(["--target", "cloud", "--data", str(tmp_path)]) == 2
    assert "make cloud" in capsys.readouterr().err


def a_run(p50: float, **more: Any) -> dict[str, Any]:
    """A report of one phase, in which `version` takes 2 ms and `read customer` p50 ms."""
    times = {"version": 2.0, "read customer": p50}
    endpoints = [{"name": name, "answered": 500, "p50": time, "p99": 3 * time} for name, time in times.items()]
    phase = {"judge": "endpoints", "state": "done", "seconds": 60, "journeys_per_second": 10.0, "dropped": 0}
    return {"phases": [{**phase, "endpoints": endpoints}], "failed": [], **more}


def beside_baseline(folder: Path, *reports: dict[str, Any]) -> bool:
    """Whether runs are worse than the baseline in a folder, which they then become."""
    file = folder / "baseline.json"
    (folder / "junit-load").mkdir(exist_ok=True)
    options = argparse.Namespace(baseline=file, write_baseline=file, reports=folder)
    return _compare("all-average make run", "all-average", list(reports), options)


def kept(folder: Path) -> Measured:
    """What the baseline says of reading a customer."""
    return read_baseline(folder / "baseline.json", "all-average make run")["read customer"]


def test_the_first_run_is_worse_than_nothing_and_becomes_the_baseline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not beside_baseline(tmp_path, a_run(6))
    assert kept(tmp_path) == Measured(3, 9)
    assert "Nothing to compare" in capsys.readouterr().out
    assert not list(tmp_path.glob("junit-load/*"))


def test_a_run_that_is_no_worse_becomes_the_baseline_and_one_that_is_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beside_baseline(tmp_path, a_run(6))
    assert not beside_baseline(tmp_path, a_run(7))
    assert kept(tmp_path).p50 == 3.5
    assert beside_baseline(tmp_path, a_run(12))
    assert kept(tmp_path).p50 == 3.5
    assert "read customer: p50 is 1.71 times the baseline's" in capsys.readouterr().out
    assert "<failure" in (tmp_path / "junit-load" / "all-average-baseline.xml").read_text(encoding="utf-8")


def test_of_two_runs_one_good_one_is_enough_to_be_no_worse(tmp_path: Path) -> None:
    beside_baseline(tmp_path, a_run(6))
    assert not beside_baseline(tmp_path, a_run(12), a_run(6))


def test_a_run_that_failed_never_becomes_the_baseline(tmp_path: Path) -> None:
    beside_baseline(tmp_path, a_run(6))
    assert not beside_baseline(tmp_path, a_run(5, failed=[{"endpoint": "version"}]))
    assert kept(tmp_path).p50 == 3
