"""Runs k6 on main.js and gives what it wrote. Keys go by the environment, never by the command line."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.load.target import Target, is_loopback

__all__ = ["JOURNEYS", "WORKLOADS", "K6Failed", "Order", "Report", "run_k6"]

FOLDER = Path(__file__).parent
BUILD = FOLDER.parents[1] / "build"
JOURNEYS = ("all", *sorted(path.stem for path in (FOLDER / "journeys").glob("*.js")))
WORKLOADS = tuple(sorted(path.stem for path in (FOLDER / "workloads").glob("*.js")))
CROSSED = 99
"""k6's exit code when a threshold was crossed."""
STOP_SECONDS = 60
SEED = 2026

Report = dict[str, Any]
"""What lib/summary.js makes: journey, workload, phases, failed, notes, limit."""


class K6Failed(Exception):
    """k6 ended without having judged anything."""


@dataclass(frozen=True)
class Order:
    """What is asked for. rate: journeys a second on a usual day; seconds: of main phases, 0 as it comes; p99: in ms."""

    journey: str
    workload: str
    rate: float
    seconds: int
    p99: int

    @property
    def name(self) -> str:
        """Begins the names of all reports."""
        return f"{self.journey}-{self.workload}"


def run_k6(order: Order, target: Target, reports: Path, *, suffix: str = "") -> Report:
    """Runs to the end, and gives what was written to <reports>/load/<name>.json. Raises K6Failed."""
    report, junit = reports / "load" / f"{order.name}{suffix}", reports / "junit-load" / f"{order.name}{suffix}.xml"
    for folder in (report.parent, junit.parent):
        folder.mkdir(parents=True, exist_ok=True)
    written = report.with_name(f"{report.name}.json")
    written.unlink(missing_ok=True)
    junit.unlink(missing_ok=True)
    k6 = str(Path(sys.executable).with_name("k6"))
    with subprocess.Popen(
        [k6, "run", "--quiet", "--no-usage-report", "--address", "", str(FOLDER / "main.js")],
        env=_environment(target) | _order(order, target) | _places(report, junit),
        start_new_session=True,  # Ctrl-C reaches it once, by us
    ) as process:
        code = _wait(process)
    if code not in (0, CROSSED) or not written.exists():
        raise K6Failed(f"k6 ended with exit code {code} and has judged nothing: see above")
    found: Report = json.loads(written.read_text(encoding="utf-8"))
    return found


def _wait(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()  # it stops, and cleans up
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        raise


def _environment(target: Target) -> dict[str, str]:
    """Ours, without what would change k6's ways, and without a proxy on the way to this machine."""
    host = target.url.split("//")[1].split("/")[0].rpartition(":")[0] or target.url
    dropped = ("K6_", "SKEP_LOAD_")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(dropped) and not (name.lower().endswith("_proxy") and is_loopback(host))
    }


def _order(order: Order, target: Target) -> dict[str, str]:
    return {
        "SKEP_LOAD_URL": target.url,
        "SKEP_LOAD_TARGET": target.name,
        "SKEP_LOAD_JOURNEY": order.journey,
        "SKEP_LOAD_WORKLOAD": order.workload,
        "SKEP_LOAD_RATE": str(order.rate),
        "SKEP_LOAD_SECONDS": str(order.seconds),
        "SKEP_LOAD_P99": str(order.p99),
        "SKEP_LOAD_SEED": str(SEED),
        "SKEP_LOAD_RUN": secrets.token_hex(4),
        "SKEP_LOAD_KEYS": json.dumps(target.keys),
        "SKEP_LOAD_PEOPLE": json.dumps(target.people),
        "SKEP_LOAD_CLEAN": "no" if target.is_thrown_away else "yes",
    }


def _places(report: Path, junit: Path) -> dict[str, str]:
    return {"SKEP_LOAD_REPORT": str(report.resolve()), "SKEP_LOAD_JUNIT": str(junit.resolve())}
