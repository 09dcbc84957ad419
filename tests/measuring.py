"""Runs suites of tests, counts what they came to, and judges what they covered together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from tests.suites import Suite

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build"
"""Holds junit/<suite>.xml, junit-<kind>/ of a run on that kind of Postgres, and coverage.xml, for CI to show."""

MIN_BRANCHES_PERCENT = 90


class Result(NamedTuple):
    """What a suite came to. skipped: reason -> how many tests."""

    suite: str
    seconds: float
    exit_code: int
    tests: int
    failed: int
    skipped: Counter[str]

    @property
    def passed(self) -> bool:
        """Whether something was collected, and nothing failed."""
        return self.exit_code == 0 and self.tests > 0

    def __str__(self) -> str:
        if not self.tests:
            return "FAILED: it collected nothing"
        left_out = self.skipped.total()
        counts = {"passed": self.tests - self.failed - left_out, "failed": self.failed, "left out": left_out}
        told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        return told if self.passed else f"FAILED: {told} (pytest's exit code is {self.exit_code})"


def pytest(*arguments: str, coverage_file: Path | None = None) -> int:
    """Runs pytest in a process of its own, with the coverage of services/ written where it is asked for."""
    command = [sys.executable, "-m", "pytest", *arguments]
    environment = dict(os.environ)
    if coverage_file is not None:
        command += ["--cov", "--cov-report="]
        environment["COVERAGE_FILE"] = str(coverage_file)
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def run_suite(suite: Suite, scratch: Path, reports: Path) -> Result:
    """Runs one suite. Its coverage lands in scratch, its JUnit file in reports."""
    report = reports / f"{suite.name}.xml"
    print(f"\n== {suite.name}", flush=True)
    processes = ["-n", str(suite.workers), "--dist", "loadscope"] if suite.workers else []
    started = time.monotonic()
    code = pytest(
        suite.folder,
        "--quiet",
        f"--junitxml={report}",
        *processes,
        coverage_file=scratch / f".coverage.{suite.name}",
    )
    return _count(suite.name, time.monotonic() - started, code, report)


def _count(name: str, seconds: float, code: int, report: Path) -> Result:
    cases: list[ElementTree.Element] = []
    if report.exists():
        cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314  pytest has just written it
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    skips = (skip.get("message") or "no reason given" for case in cases for skip in case.iter("skipped"))
    return Result(name, seconds, code, len(cases), failed, Counter(skips))


def judge_coverage(scratch: Path) -> bool:
    """Whether the suites together took enough of the branches of services/. Writes build/coverage.xml."""
    if not any(scratch.iterdir()):
        print("\nNo suite has measured any coverage.")
        return False
    _coverage(scratch, "combine", "--quiet", str(scratch))
    _coverage(scratch, "xml", "--quiet", "-o", str(BUILD / "coverage.xml"))
    _coverage(scratch, "json", "--quiet", "-o", str(scratch / "coverage.json"))
    totals = json.loads((scratch / "coverage.json").read_text())["totals"]
    branches = 100 * totals["covered_branches"] / totals["num_branches"]
    lines = 100 * totals["covered_lines"] / totals["num_statements"]
    enough = bool(branches >= MIN_BRANCHES_PERCENT)
    if not enough:
        _coverage(scratch, "report", "--sort=cover")
    print(f"\nCoverage of services/: {branches:.1f} % of branches, {lines:.1f} % of lines")
    if not enough:
        print(f"FAILED: at least {MIN_BRANCHES_PERCENT} % of branches are needed.")
    return enough


def _coverage(scratch: Path, *arguments: str) -> None:
    environment = os.environ | {"COVERAGE_FILE": str(scratch / ".coverage")}
    subprocess.run([sys.executable, "-m", "coverage", *arguments], cwd=ROOT, env=environment, check=True)
