"""Runs the collection with newman, and checks that what it reported is what it did."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.postman.calls import ADMIN, Json
from tests.postman.collection import COLLECTION, HERE
from tests.postman.rights import ISSUE
from tests.support.node import ROOT, find_tool

__all__ = ["Run", "find_faults", "run_newman"]

JUNIT = ROOT / "build" / "junit-postman" / "newman.xml"
REPORT = ROOT / "build" / "postman" / "report.html"
REQUEST_MS = 60_000
RUN_MS = 15 * 60_000


@dataclass(frozen=True)
class Run:
    """What is run where. environment: a name of collection.ENVIRONMENTS; variables: laid over it; folder: or all."""

    key: str = field(repr=False)
    variables: Mapping[str, str]
    environment: str | None = None
    folder: str | None = None
    collection: Path = COLLECTION
    junit: Path = JUNIT
    report: Path = REPORT


def run_newman(run: Run) -> int:
    """Newman's exit code; 1 when it passed, but its reports don't say what it did. Raises Lacking."""
    newman = find_tool("newman")
    for path in (run.junit, run.report):
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
    # The key goes by a file that nobody else can read: an argument would show in the list of processes.
    with tempfile.TemporaryDirectory(prefix="skep-postman-") as folder:
        scratch = Path(folder)
        plain = os.environ | {"FORCE_COLOR": "0"}  # newman's own switch leaves colours in its tables
        done = subprocess.run([newman, "run", *_arguments(run, scratch)], cwd=ROOT, env=plain, check=False)
        told = scratch / "told.json"
        if not told.exists():
            print("newman has told nothing of its run.")
            return done.returncode or 1
        faults = find_faults(run, json.loads(told.read_text(encoding="utf-8"))["run"])
    for fault in faults:
        print(f"The reports of this run are no good: {fault}")
    return done.returncode or (1 if faults else 0)


def _arguments(run: Run, scratch: Path) -> list[str]:
    options = {
        "--environment": str(_write(scratch / "environment.json", _environment(run))),
        "--reporters": "cli,junitfull,htmlextra,json",
        "--reporter-junitfull-export": str(run.junit),
        "--reporter-htmlextra-export": str(run.report),
        "--reporter-htmlextra-title": "Skep: the API, tried by newman",
        "--reporter-htmlextra-browserTitle": "Skep: API tests",
        "--reporter-htmlextra-skipHeaders": "x-api-key",
        "--reporter-htmlextra-hideResponseBody": ISSUE,
        "--reporter-json-export": str(scratch / "told.json"),
        "--timeout": str(RUN_MS),
        "--timeout-request": str(REQUEST_MS),
    }
    chosen = ["--folder", run.folder] if run.folder else []
    flags = ["--reporter-cli-no-success-assertions", "--color", "off", *chosen]
    collection = _write(scratch / "collection.json", _collection(run))
    return [str(collection), *(word for option in options.items() for word in option), *flags]


def _collection(run: Run) -> Json:
    """The collection that knows the key. Not the environment: junitfull writes all its variables into the report."""
    collection: Json = json.loads(run.collection.read_text(encoding="utf-8"))
    collection["variable"].append({"key": ADMIN, "value": run.key})
    return collection


def _environment(run: Run) -> Json:
    values: dict[str, Any] = {}
    if run.environment:
        file = HERE / "environments" / f"{run.environment}.postman_environment.json"
        values = {one["key"]: one["value"] for one in json.loads(file.read_text(encoding="utf-8"))["values"]}
    values = {name: value for name, value in (values | dict(run.variables)).items() if name != ADMIN}
    return {"name": run.environment or "none", "values": [{"key": k, "value": v} for k, v in values.items()]}


def _write(path: Path, content: Json) -> Path:
    path.touch(0o600)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def find_faults(run: Run, told: Json) -> list[str]:
    """What keeps the reports of a run from being believed. told: newman's own account of it."""
    executions, stats = told["executions"], told["stats"]
    faults = [f"{one['item']['name']} has tried nothing" for one in executions if not one.get("assertions")]
    wanted = _names(run)
    left_out = wanted - {one["item"]["name"] for one in executions}
    faults += [f"{name} was left out" for name in sorted(left_out)]
    if not wanted or not executions:
        faults.append("no request was made")
    if not run.junit.exists() or not run.report.exists():
        return [*faults, "a report was not written"]
    faults += _compare(_count(run.junit), stats)
    faults += [f"{path.name} holds the key" for path in (run.junit, run.report) if run.key in path.read_text("utf-8")]
    return faults


def _names(run: Run) -> set[str]:
    folders = json.loads(run.collection.read_text(encoding="utf-8"))["item"]
    return {item["name"] for one in folders if run.folder in (None, one["name"]) for item in one["item"]}


def _count(junit: Path) -> dict[str, int]:
    root = ElementTree.parse(junit).getroot()  # noqa: S314  newman has just written it
    suites = root.findall("testsuite")
    return {
        "requests": len(suites),
        "assertions": sum(int(suite.get("tests", "0")) for suite in suites),
        "failed": len(root.findall(".//failure")),
        "broken scripts": len(root.findall(".//error")),
    }


def _compare(counted: dict[str, int], stats: Json) -> list[str]:
    told = {
        "requests": stats["items"]["total"],
        "assertions": stats["assertions"]["total"],
        "failed": stats["assertions"]["failed"],
        "broken scripts": stats["testScripts"]["failed"] + stats["prerequestScripts"]["failed"],
    }
    return [
        f"newman.xml has {count} {what}, newman says {told[what]}"
        for what, count in counted.items()
        if count != told[what]
    ]
