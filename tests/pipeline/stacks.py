"""Golden call stacks: what a scenario came to, as text that a person reads and compares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.pipeline.places import STACKS
from tests.pipeline.scenarios import Scenario

MAX_WIDTH = 120


def render(scenario: Scenario, run: dict[str, Any]) -> str:
    """One line an event, indented by what it happened in."""
    lines = [f"# {scenario.tells}"]
    for event in run["events"]:
        line = "  " * event["depth"] + event["text"]
        lines.append(line if len(line) <= MAX_WIDTH else f"{line[: MAX_WIDTH - 1]}…")
    if run["refused"]:
        lines.append(f"REFUSED: {run['refused']}")
    return "\n".join(lines) + "\n"


def find_stack(scenario: Scenario) -> Path:
    """The file of a scenario's golden call stack."""
    return STACKS / f"{scenario.name}.txt"
