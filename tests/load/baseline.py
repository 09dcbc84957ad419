"""A run against the last one that was kept, in ratios that another machine gives too.

Times are told in those of `version`, the least that the platform answers, of the same run: what makes all of a run
slower, a busy machine or a smaller one, makes that slower too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.load.k6 import Report

__all__ = ["Finding", "Measured", "compare", "measure", "merge", "read_baseline", "write_baseline", "write_junit"]

YARDSTICK = "version"
MIN_ANSWERS = 100
"""With fewer, a p99 is one answer."""
MAX_P50 = 1.35
MAX_P99 = 2.5
MIN_KEPT = 0.98


@dataclass(frozen=True)
class Measured:
    """An endpoint's times in those of the yardstick."""

    p50: float
    p99: float


@dataclass(frozen=True)
class Finding:
    """A figure beside its baseline. ratio: now to then; bound: what it may be at most, `kept` at least."""

    endpoint: str
    figure: str
    ratio: float
    bound: float

    @property
    def is_worse(self) -> bool:
        """Whether it is beyond its bound."""
        return self.ratio < self.bound if self.figure == "kept" else self.ratio > self.bound

    def __str__(self) -> str:
        side = "at least" if self.figure == "kept" else "at most"
        return f"{self.endpoint}: {self.figure} is {self.ratio:.2f} times the baseline's ({side} {self.bound:.2f})"


Entry = dict[str, Measured]
"""By endpoint; what was kept of the rate stands as p50 of `all journeys`."""

RATE = "all journeys"


def measure(report: Report) -> Entry:
    """The longest phase that is judged by endpoint; endpoints with too few answers left out. Empty when none has."""
    judged = [phase for phase in report["phases"] if phase["judge"] == "endpoints" and phase["state"] == "done"]
    if not judged:
        return {}
    phase = max(judged, key=lambda one: one["seconds"])
    enough = {one["name"]: one for one in phase["endpoints"] if one["answered"] >= MIN_ANSWERS}
    if YARDSTICK not in enough:
        return {}
    unit = enough[YARDSTICK]["p50"]
    entry = {name: Measured(one["p50"] / unit, one["p99"] / unit) for name, one in enough.items() if name != YARDSTICK}
    planned = phase["journeys_per_second"] * phase["seconds"]
    return entry | {RATE: Measured(1 - phase["dropped"] / planned, 0)}


def merge(entries: Sequence[Entry]) -> Entry:
    """The better of several runs, by endpoint: what disturbs a run makes it slower, nothing makes it quicker."""
    names = set.intersection(*(set(entry) for entry in entries))
    best = {
        name: Measured(min(entry[name].p50 for entry in entries), min(entry[name].p99 for entry in entries))
        for name in sorted(names - {RATE})
    }
    return {**best, RATE: Measured(max(entry[RATE].p50 for entry in entries), 0)} if best else {}


def compare(now: Entry, then: Mapping[str, Measured]) -> list[Finding]:
    """What both have, side by side."""
    findings = []
    for name in sorted(set(now) & set(then)):
        if name == RATE:
            findings.append(Finding(name, "kept", now[name].p50 / then[name].p50, MIN_KEPT))
            continue
        findings.append(Finding(name, "p50", now[name].p50 / then[name].p50, MAX_P50))
        findings.append(Finding(name, "p99", now[name].p99 / then[name].p99, MAX_P99))
    return findings


def read_baseline(file: Path, name: str) -> Entry:
    """What was kept under a name; empty when there is none."""
    entry = _read(file).get(name, {})
    return {endpoint: Measured(**figures) for endpoint, figures in entry.items()}


def write_baseline(file: Path, name: str, entry: Entry) -> None:
    """Keeps a run under its name, beside those of other names."""
    content = _read(file) | {name: {endpoint: asdict(figures) for endpoint, figures in sorted(entry.items())}}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _read(file: Path) -> dict[str, dict[str, dict[str, float]]]:
    if not file.exists():
        return {}
    content: dict[str, dict[str, dict[str, float]]] = json.loads(file.read_text(encoding="utf-8"))
    return content


def write_junit(file: Path, name: str, findings: Iterable[Finding]) -> None:
    """A case for each figure that was compared."""
    cases = list(findings)
    failures = str(sum(finding.is_worse for finding in cases))
    suite = ElementTree.Element("testsuite", name=f"load baseline {name}", tests=str(len(cases)), failures=failures)
    suite.set("errors", "0")
    suite.set("skipped", "0")
    for finding in cases:
        case = ElementTree.SubElement(
            suite, "testcase", classname="load.baseline", name=f"{finding.endpoint}: {finding.figure}", time="0"
        )
        if finding.is_worse:
            ElementTree.SubElement(case, "failure", message=str(finding))
    ElementTree.ElementTree(suite).write(file, encoding="utf-8", xml_declaration=True)
