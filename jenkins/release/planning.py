"""Plans a release for an environment: the plan is saved, and what it does is told by hash, by number and by name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from jenkins.release.canonical import hash_file, write_private
from jenkins.release.changes import Change, describe, find_lost, list_architectures, list_changes, summarize
from jenkins.release.errors import ReleaseError
from jenkins.release.push import read_json, write_json
from jenkins.release.record import Record
from jenkins.release.settings import Settings
from jenkins.release.shapes import WrongShape, read_shape
from jenkins.release.workplace import Workplace, set_up

__all__ = ["Plan", "StalePlan", "check_plan", "make_plan", "read_plan"]

SCHEMA = "skep-plan/1"
MAX_AGE_MINUTES = 60
MOVED = ("aws_lambda_alias",)
"""What a deployment moves itself, past Terraform, which lets it."""


class StalePlan(ReleaseError):
    """The saved plan is not to be applied any more: plan again."""


@dataclass(frozen=True)
class Plan:
    """A saved plan. plan, lock, variables: hashes; record: that of the release record that it was made of."""

    schema: str
    environment: str
    release: str
    record: str
    planned_at: str
    plan: str
    lock: str
    variables: str
    counts: Mapping[str, int]
    changes: tuple[Change, ...]


def make_plan(settings: Settings, environment: str, record: Record, allowed: Sequence[str]) -> Plan:
    """Saves a plan, and writes build/release/plan-<environment>.json and .txt. Raises ReleaseError.

    allowed: addresses of what may be lost for good. A plan that would lose more is not kept.
    """
    place = set_up(settings, environment, record)
    place.terraform.run(
        place.root, "plan", "-input=false", "-lock-timeout=60s", place.variables, f"-out={place.plan.resolve()}"
    )
    shown = json.loads(place.terraform.run(place.root, "show", "-json", str(place.plan.resolve())).text)
    changes = list_changes(shown)
    plan = Plan(
        schema=SCHEMA,
        environment=environment,
        release=record.name,
        record=record.sha256,
        planned_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        plan=hash_file(place.plan),
        counts=summarize(changes),
        changes=changes,
        **place.hash_inputs(),
    )
    text = _tell(plan, shown)
    write_private(settings.releases / f"plan-{environment}.txt", text.encode())
    print(text)
    try:
        _check(shown, record, changes, allowed)
    except ReleaseError:
        place.plan.unlink()
        raise
    write_json(settings.releases / f"plan-{environment}.json", asdict(plan))
    return plan


def read_plan(settings: Settings, environment: str) -> Plan:
    """What was planned for an environment. Raises StalePlan, ReleaseError."""
    path = settings.releases / f"plan-{environment}.json"
    again = f"make plan ENVIRONMENT={environment}"
    try:
        plan = read_shape(Plan, read_json(path, again), path.name)
    except WrongShape as error:
        raise StalePlan(f"{error}: {again}") from error
    if (plan.schema, plan.environment) != (SCHEMA, environment):
        raise StalePlan(f"{path.name} is a plan of {plan.schema} for {plan.environment}: {again}")
    return plan


def check_plan(plan: Plan, place: Workplace, now: datetime, max_age_minutes: int = MAX_AGE_MINUTES) -> None:
    """Does nothing when the files are those that were planned, not long ago. Raises StalePlan."""
    again = f"make plan ENVIRONMENT={plan.environment}"
    try:
        found = {"plan": hash_file(place.plan), **place.hash_inputs()}
    except OSError as error:
        raise StalePlan(f"The saved plan can't be read ({error.strerror}): {again}") from error
    wrong = [name for name, value in found.items() if value != getattr(plan, name)]
    if wrong:
        raise StalePlan(f"What was planned is not what is there ({', '.join(wrong)} differ): {again}")
    age = now - datetime.fromisoformat(plan.planned_at)
    if not timedelta(minutes=-1) <= age <= timedelta(minutes=max_age_minutes):
        minutes = age.total_seconds() / 60
        raise StalePlan(f"The plan is {minutes:.0f} minutes old, and may be {max_age_minutes}: {again}")


def _check(shown: Mapping[str, Any], record: Record, changes: Sequence[Change], allowed: Sequence[str]) -> None:
    if lost := find_lost(changes, allowed):
        raise ReleaseError(
            "This plan loses for good what nothing brings back:\n"
            + describe(lost)
            + "If that is meant: ALLOW_DESTROY='<address>', for each of them"
        )
    others = list_architectures(shown) - {record.architecture}
    if others:
        raise ReleaseError(
            f"The images are for {record.architecture}, and the environment says {', '.join(sorted(others))}: "
            "no function would start. Change `architecture` in terraform.tfvars, or build the images for it"
        )


def _tell(plan: Plan, shown: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{count} to {action}" for action, count in plan.counts.items()) or "nothing to do"
    drift = [one for one in list_changes(shown, "resource_drift") if one.kind not in MOVED]
    told = f"Plan of {plan.release} for {plan.environment}: {counts}\n{describe(plan.changes)}"
    if drift:
        told += f"Changed by others since the last apply:\n{describe(drift)}"
    return f"{told}plan {plan.plan}\nrecord {plan.record}\n"
