"""What proves a release: the totals of its tests, its coverage, its analysis. What lacks is told, all at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import parse

from jenkins.release.record import Counts, Coverage

__all__ = ["find_lacking", "read_coverage", "read_sonar", "read_tests"]


def read_tests(build: Path) -> dict[str, Counts]:
    """Suite -> its totals, of build/junit*/*.xml: `unit` of junit/unit.xml, `postman/newman` of junit-postman/….

    Raises ValueError for a report that can't be read.
    """
    found = {}
    for file in sorted(build.glob("junit*/*.xml")):
        kind = file.parent.name.removeprefix("junit").lstrip("-")
        name = file.stem if kind in {"", file.stem} else f"{kind}/{file.stem}"
        cases = list(_parse(file).iter("testcase"))
        failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
        skipped = sum(case.find("skipped") is not None for case in cases)
        found[name] = Counts(len(cases), failed, skipped)
    return found


def read_coverage(build: Path) -> Coverage | None:
    """Of build/coverage.xml, in Cobertura's words; None when there is none. Raises ValueError."""
    file = build / "coverage.xml"
    if not file.is_file():
        return None
    told = _parse(file).attrib
    try:
        return Coverage(
            lines=int(told["lines-valid"]),
            lines_covered=int(told["lines-covered"]),
            branches=int(told["branches-valid"]),
            branches_covered=int(told["branches-covered"]),
        )
    except KeyError as error:
        raise ValueError(f"{file.name} has no {error}") from error


def read_sonar(build: Path) -> dict[str, str] | None:
    """What the analysis was exported as; None when there was none. Raises ValueError."""
    file = build / "release" / "sonar.json"
    if not file.is_file():
        return None
    told = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in ("analysis_id", "gate")):
        raise ValueError(f"{file.name} names no analysis_id and gate")
    return {str(name): value for name, value in told.items() if isinstance(value, str)}


def find_lacking(
    tests: Mapping[str, Counts], coverage: Coverage | None, sonar: Mapping[str, str] | None, *, needs_gate: bool
) -> list[str]:
    """Why there can be no record, a sentence each; empty when there can. needs_gate: main and tags."""
    lacking = [
        f"{counts.failed} of {counts.tests} tests of {suite} failed" for suite, counts in tests.items() if counts.failed
    ]
    lacking += [f"the report of {suite} has no test in it" for suite, counts in tests.items() if not counts.tests]
    if not tests:
        lacking.append("there is no report of a test (build/junit*/*.xml)")
    elif all(counts.skipped == counts.tests for counts in tests.values()):
        lacking.append("every test was left out")
    if coverage is None:
        lacking.append("there is no coverage (build/coverage.xml)")
    if sonar is None and needs_gate:
        lacking.append("there is no analysis (build/release/sonar.json), and main and tags need one")
    elif sonar is not None and sonar["gate"] != "OK":
        lacking.append(f"the quality gate says {sonar['gate']} of analysis {sonar['analysis_id']}")
    return lacking


def _parse(file: Path) -> Element:
    try:
        root = parse(file).getroot()
    except ParseError as error:
        raise ValueError(f"{file.parent.name}/{file.name} is no XML: {error}") from error
    if root is None:
        raise ValueError(f"{file.parent.name}/{file.name} is empty")
    return root
