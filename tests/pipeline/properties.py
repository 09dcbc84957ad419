"""What has to hold for every run of every scenario, whatever it is about."""

from __future__ import annotations

import re
from typing import Any

from tests.pipeline.scenarios import Scenario

LEAVES = re.compile(r"\bmake (?:-\S+ )*(push|sign|record|plan|deploy)\b")
"""What puts something where others find it, or changes an environment."""

DRIFT = re.compile(r"\bmake drift\b")
AWS = "aws-"
AGENT_OF_CHANGES = "docker"
"""The one that holds no credential and reaches no environment."""

MAX_WAIT_MINUTES = 15


def find_breaches(scenario: Scenario, events: list[dict[str, Any]]) -> list[str]:
    """What must not happen, and did."""
    found = []
    passed: list[str] = []
    for event in events:
        if event["kind"] == "gate":
            passed.append(event["path"])
        elif event["kind"] == "retry":
            # What a new attempt does again has to be proved again.
            passed = [path for path in passed if not path.startswith(event["path"])]
        elif event["kind"] == "agent" and scenario.is_change and event["label"] != AGENT_OF_CHANGES:
            found.append(f"agent {event['label']}: for what nobody has merged")
        elif event["kind"] == "step":
            found += _judge(scenario, event, passed=bool(passed))
    return found


def _judge(scenario: Scenario, event: dict[str, Any], *, passed: bool) -> list[str]:
    found = _judge_command(scenario, event, passed=passed) if event["name"] == "sh" else []
    if scenario.is_change and (event["name"] == "lock" or re.search(rf"{AWS}|SonarQube|make sonar", event["text"])):
        found.append(f"{event['text']}: for what nobody has merged")
    if event["name"] == "waitForQualityGate" and min(event["timeouts"], default=1440) > MAX_WAIT_MINUTES:
        found.append(f"waitForQualityGate: may wait for longer than {MAX_WAIT_MINUTES} minutes")
    if event["name"] == "input" and event["agent"]:
        found.append("input: while an executor is held")
    return found


def _judge_command(scenario: Scenario, event: dict[str, Any], *, passed: bool) -> list[str]:
    script = event["arguments"]["script"]
    leaves = LEAVES.search(script)
    wrong = {
        "no gate has passed": leaves and not passed,
        "for what nobody has merged": leaves and scenario.is_change,
        "without a role in AWS": (leaves or DRIFT.search(script))
        and not any(name.startswith(AWS) for name in event["credentials"]),
    }
    wrong |= {
        f"without the lock of {environment}": f"env-{environment}" not in event["locks"]
        for environment in re.findall(r"ENVIRONMENT=(\w+)", script)
    }
    return [f"{script}: {why}" for why, is_so in wrong.items() if is_so]
