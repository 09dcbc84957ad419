"""Runs suites of tests, counts what they came to, and judges what they covered together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from tests.suites import Suite

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build"
"""Holds junit/<suite>.xml, junit-<kind>/ of a run on that kind of Postgres, and coverage.xml, for CI to show."""

DATA = BUILD / "coverage"
"""What each suite has covered, until all are put together: they may run apart, and at the same time."""

TOGETHER = DATA / "together"
REPORT = BUILD / "coverage.xml"
MEASURED = ("services", "jenkins")
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
    """Runs pytest in a process of its own, with what it covers written where it is asked for."""
    command = [sys.executable, "-m", "pytest", *arguments]
    environment = dict(os.environ)
    if coverage_file is not None:
        command += ["--cov", "--cov-report="]
        environment["COVERAGE_FILE"] = str(coverage_file)
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def run_suite(suite: Suite, reports: Path, *, covers: bool) -> Result:
    """Runs one suite. Its JUnit file lands in reports and, if it covers, what it covered in build/coverage."""
    report = reports / suite.report
    reports.mkdir(parents=True, exist_ok=True)
    DATA.mkdir(parents=True, exist_ok=True)
    for old in (report, *(list_data(suite) if covers else ())):
        old.unlink(missing_ok=True)
    print(f"\n== {suite.name}", flush=True)
    processes = ["-n", str(suite.workers), "--dist", "loadscope"] if suite.workers else []
    started = time.monotonic()
    code = pytest(
        suite.folder,
        "--quiet",
        f"--junitxml={report}",
        *processes,
        coverage_file=DATA / f".coverage.{suite.name}" if covers else None,
    )
    return _count(suite.name, time.monotonic() - started, code, report)


def _count(name: str, seconds: float, code: int, report: Path) -> Result:
    cases: list[ElementTree.Element] = []
    if report.exists():
        cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314  pytest has just written it
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    skips = (skip.get("message") or "no reason given" for case in cases for skip in case.iter("skipped"))
    return Result(name, seconds, code, len(cases), failed, Counter(skips))


def list_data(suite: Suite) -> list[Path]:
    """The files that hold what a suite has covered: its own, and one of each program that it started."""
    return [*DATA.glob(f".coverage.{suite.name}"), *DATA.glob(f".coverage.{suite.name}.*")]


def judge_coverage(suites: Iterable[Suite]) -> bool:
    """Whether these suites together took enough of the branches. Writes REPORT; can be asked again."""
    data = {suite.name: list_data(suite) for suite in suites}
    missing = [name for name, files in data.items() if not files]
    if missing or not data:
        print(f"\nFAILED: no coverage of {', '.join(missing) or 'any suite'} is in {DATA}. Run the tests first.")
        return False
    TOGETHER.mkdir(exist_ok=True)
    _coverage("combine", "--keep", "--quiet", *(str(file) for files in data.values() for file in files))
    _coverage("xml", "--quiet", "-o", str(REPORT))
    # All paths are from the root. SonarQube takes no source for no path.
    REPORT.write_text(REPORT.read_text(encoding="utf-8").replace("<source></source>", "<source>.</source>"), "utf-8")
    _coverage("json", "--quiet", "-o", str(TOGETHER / "coverage.json"))
    found = json.loads((TOGETHER / "coverage.json").read_text(encoding="utf-8"))["files"]
    enough = True
    print()
    for folder in MEASURED:
        totals = [file["summary"] for name, file in found.items() if name.startswith(f"{folder}/")]
        branches = _percent(totals, "covered_branches", "num_branches")
        lines = _percent(totals, "covered_lines", "num_statements")
        print(f"Coverage of {folder}/: {branches:.1f} % of branches, {lines:.1f} % of lines")
        if branches < MIN_BRANCHES_PERCENT:
            enough = False
            print(f"FAILED: at least {MIN_BRANCHES_PERCENT} % of its branches are needed.")
            _coverage("report", "--sort=cover", f"--include={folder}/*")
    return enough


def _percent(totals: list[dict[str, int]], covered: str, counted: str) -> float:
    """Nothing there is nothing covered."""
    return 100 * sum(one[covered] for one in totals) / max(sum(one[counted] for one in totals), 1)


def _coverage(*arguments: str) -> None:
    # In a folder of its own: a report puts together, and takes away, whatever data it finds beside it.
    environment = os.environ | {"COVERAGE_FILE": str(TOGETHER / ".coverage")}
    subprocess.run([sys.executable, "-m", "coverage", *arguments], cwd=ROOT, env=environment, check=True)
