"""The gate's verdict on an analysis, waited for as the scanner would, and told condition by condition."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jenkins.sonar.api import Sonar, Unreachable
from jenkins.sonar.gate_file import show_value

WAIT_SECONDS = 3.0
SIGNS = {"GT": "at most", "LT": "at least"}
"""A condition says when it fails; people want to know what would pass."""


class NotJudged(Exception):
    """There is no verdict: the analysis failed, or took too long, or the server did not answer."""


@dataclass(frozen=True)
class Outcome:
    """What became of a condition. actual: empty when the analysis has no such measure, which passes."""

    metric: str
    op: str
    wanted: str
    actual: str
    passed: bool

    def __str__(self) -> str:
        is_, wanted = show_value(self.metric, self.actual), show_value(self.metric, self.wanted)
        return f"{'passed' if self.passed else 'FAILED'}  {self.metric}: {is_}, wanted {SIGNS[self.op]} {wanted}"


@dataclass(frozen=True)
class Verdict:
    """What the gate says of an analysis. status: OK, ERROR, or NONE where the project has no gate."""

    analysis: str
    status: str
    outcomes: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Whether the gate lets it pass; a project without a gate doesn't."""
        return self.status == "OK"


def wait_for_analysis(sonar: Sonar, task: str, seconds: float, *, sleep: Callable[[float], None] = time.sleep) -> str:
    """The id of the analysis that a task makes. A server that is away for a moment is waited for, too.

    Raises NotJudged.
    """
    ends = time.monotonic() + seconds
    last = "nothing yet"
    while True:
        try:
            answer = sonar.get("api/ce/task", id=task)["task"]
        except Unreachable as error:
            last = str(error)
        else:
            last = f"the task is {answer['status']}"
            if answer["status"] == "SUCCESS":
                return str(answer["analysisId"])
            if answer["status"] in {"FAILED", "CANCELED"}:
                raise NotJudged(f"{last}: {answer.get('errorMessage', 'without a reason')}")
        if time.monotonic() + WAIT_SECONDS > ends:
            raise NotJudged(f"No verdict in {seconds:.0f} s: {last}.")
        sleep(WAIT_SECONDS)


def read_verdict(sonar: Sonar, analysis: str) -> Verdict:
    """What the gate said when this analysis was made, be it the last one or not."""
    status = sonar.get("api/qualitygates/project_status", analysisId=analysis)["projectStatus"]
    outcomes = (
        Outcome(c["metricKey"], c["comparator"], c["errorThreshold"], c.get("actualValue", ""), c["status"] == "OK")
        for c in status.get("conditions", [])
    )
    return Verdict(analysis, status["status"], tuple(outcomes))


def tell(verdict: Verdict) -> Iterator[str]:
    """The verdict in lines: first the conditions that failed, then the others."""
    yield from (str(outcome) for outcome in sorted(verdict.outcomes, key=lambda outcome: outcome.passed))
    if not verdict.outcomes:
        yield "The gate has no condition."
    yield f"Quality gate: {verdict.status} (analysis {verdict.analysis})"


def read_task_file(file: Path) -> dict[str, str]:
    """What the scanner leaves behind: ceTaskId, dashboardUrl and more. Raises NotJudged when it isn't there."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise NotJudged(f"{file} isn't there: has an analysis been run?") from error
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
