"""Terraform's commands, run in a copy of the tree, and what they said."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

PROGRAM = "terraform"
Event = dict[str, Any]


class Broken(Exception):
    """A command of Terraform failed; its words are the message."""


class Run(NamedTuple):
    """What became of a `run` block. status: pass, fail, error or skip. state: what it left, if it applied."""

    name: str
    status: str
    seconds: float
    said: str
    state: Event | None
    plan: Event | None


def find_terraform() -> str | None:
    """Where the program is, or None."""
    return shutil.which(PROGRAM)


def read_version() -> str:
    """Terraform's own version: 1.11.4."""
    done = subprocess.run([PROGRAM, "version", "-json"], capture_output=True, text=True, check=True)
    return str(json.loads(done.stdout)["terraform_version"])


def run_terraform(*arguments: str, folder: Path, environment: dict[str, str]) -> str:
    """The command's output; raises Broken with all that it said if it fails."""
    done = _run(*arguments, folder=folder, environment=environment)
    if done.returncode:
        raise Broken(f"terraform {' '.join(arguments)} in {folder.name}:\n{done.stdout}{done.stderr}")
    return done.stdout


def run_tests(file: str, *, folder: Path, environment: dict[str, str]) -> list[Run]:
    """Runs a test file of a folder that is initialized. Raises Broken when not one run of it could be tried."""
    done = _run("test", "-json", "-verbose", f"-filter={file}", folder=folder, environment=environment)
    events = list(_read_events(done.stdout))
    runs = list(_gather_runs(events))
    broken = [_tell(event) for event in events if event["type"] == "diagnostic" and "@testrun" not in event]
    if not runs or (broken and done.returncode and all(run.status == "pass" for run in runs)):
        raise Broken("\n".join([*broken, done.stderr]) or f"{file} has no runs")
    return runs


def _run(command: str, *options: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Without what would make coverage measure the providers too: they start hundreds of times."""
    return subprocess.run(
        [PROGRAM, command, "-no-color", *options],
        cwd=folder,
        env={name: value for name, value in environment.items() if not name.startswith("COVERAGE_")},
        capture_output=True,
        text=True,
        check=False,
    )


def _read_events(output: str) -> Iterator[Event]:
    for line in output.splitlines():
        event = json.loads(line)
        if "type" in event:
            yield event


def _gather_runs(events: list[Event]) -> Iterator[Run]:
    finished = [event for event in events if event["type"] == "test_run" and "status" in event["test_run"]]
    for end in finished:
        own = [event for event in events if event.get("@testrun") == end["@testrun"]]
        said = [_tell(event) for event in own if event["type"] == "diagnostic"]
        yield Run(
            end["@testrun"],
            end["test_run"]["status"],
            (_time(end) - _time(own[0])).total_seconds(),
            "\n".join(said),
            next((event["test_state"] for event in own if event["type"] == "test_state"), None),
            next((event["test_plan"] for event in own if event["type"] == "test_plan"), None),
        )


def _tell(event: Event) -> str:
    about = event["diagnostic"]
    place = about.get("range", {})
    line = place.get("start", {}).get("line", "")
    return f"{about['severity']}: {about['summary']}\n  {place.get('filename', '')}:{line}\n  {about.get('detail', '')}"


def _time(event: Event) -> datetime:
    return datetime.fromisoformat(event["@timestamp"])
