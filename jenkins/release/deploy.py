"""Makes a saved plan true and lets callers have the release: the steps of docs/releases.md, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from jenkins.release.assets import put_assets
from jenkins.release.aws import connect
from jenkins.release.canonical import write_private
from jenkins.release.errors import ReleaseError
from jenkins.release.functions import FunctionFailed, invoke, list_probes, migrate, probe
from jenkins.release.live import Function, move_live, return_live
from jenkins.release.planning import Plan, StalePlan, check_plan, read_plan
from jenkins.release.push import write_json
from jenkins.release.record import Record
from jenkins.release.settings import Settings
from jenkins.release.signing import PublicKey
from jenkins.release.smoke import SmokeFailed, wait_for_version
from jenkins.release.sources import hash_assets
from jenkins.release.store import Releases
from jenkins.release.workplace import Workplace
from services.forms.assets import write_assets
from services.local.progress import step

__all__ = ["deploy"]

APPLIED = "applied"


class Target(NamedTuple):
    """What an apply told of an environment."""

    functions: dict[str, Function]
    assets_bucket: str
    url: str


def deploy(settings: Settings, environment: str, releases: Releases, key: PublicKey, *, prepare: bool = False) -> None:
    """Deploys what was planned, and prints what it does. May be run again: what is done already is not done twice.

    prepare: makes the database ready first, as an environment needs it once. Raises ReleaseError, ClientError.
    """
    place = Workplace(settings, environment)
    plan = read_plan(settings, environment)
    record = releases.get(plan.release, key)
    if record.sha256 != plan.record:
        raise StalePlan(f"The record of {plan.release} is not the one that was planned")
    print(f"{record.name} to {environment}")
    _apply(place, plan)
    target = _read_target(settings, environment, place, record)
    client = connect(settings, "lambda", settings.of(environment, "STATE_REGION"))
    with step("Migrations"):
        applied = _migrate(client, target.functions["migrations"], prepare=prepare)
    _tell_list("applied", applied)
    with step("Assets"):
        _put_assets(settings, environment, target, record)
    with step("Versions"):
        _smoke_versions(client, target, record)
    with step("Live"):
        before = move_live(client, target.functions)
    with step("Version"):
        _check_live(client, target, record, before)
    _tell(settings, environment, record, target, before)


def _apply(place: Workplace, plan: Plan) -> None:
    """Applies exactly what was planned; nothing when that is done. Raises ReleaseError."""
    done = place.folder / APPLIED
    if done.is_file() and done.read_text(encoding="ascii") == plan.plan:
        print("  the plan is applied already")
        return
    check_plan(plan, place, datetime.now(UTC))
    print(f"  plan {plan.plan[:12]} of {plan.planned_at}")
    place.terraform.run(place.root, "apply", "-input=false", "-lock-timeout=60s", str(place.plan.resolve()), show=True)
    write_private(done, plan.plan.encode())


def _read_target(settings: Settings, environment: str, place: Workplace, record: Record) -> Target:
    outputs = place.terraform.read_outputs(place.root)
    if outputs["release"]["name"] != record.name:
        raise StalePlan(f"{environment} was given {outputs['release']['name']} meanwhile: plan again")
    functions = {
        service: Function(told["function_name"], str(told["version"])) for service, told in outputs["functions"].items()
    }
    url = settings.url(environment) or outputs.get("url")
    if not url:
        raise ReleaseError(f"Nothing says where {environment} answers: set SKEP_{environment.upper()}_URL")
    return Target(functions, outputs["buckets"]["assets"]["name"], str(url).rstrip("/"))


def _migrate(client: Any, function: Function, *, prepare: bool) -> list[str]:
    if prepare:
        invoke(client, *function, {"command": "bootstrap"})
    return migrate(client, *function)


def _put_assets(settings: Settings, environment: str, target: Target, record: Record) -> None:
    if hash_assets() != record.assets:
        raise ReleaseError(f"The assets of this checkout are not those of {record.name}: check out {record.revision}")
    with TemporaryDirectory(prefix="skep-assets-") as folder:
        write_assets(Path(folder))
        put_assets(
            connect(settings, "s3", settings.of(environment, "STATE_REGION")), target.assets_bucket, Path(folder)
        )


def _smoke_versions(client: Any, target: Target, record: Record) -> None:
    """Every new version, which no caller names yet, answers; and it is the release. Raises FunctionFailed."""
    for question in list_probes():
        function = target.functions[question.service]
        said = probe(client, *function, question)
        if str(question) == "/v1/version" and f'"{record.name}"' not in str(said):
            raise FunctionFailed(f"{function.name}:{function.version} says it is {said}, not {record.name}")


def _check_live(client: Any, target: Target, record: Record, before: Mapping[str, Function]) -> None:
    """The release answers where callers ask; otherwise they get back what they had. Raises SmokeFailed."""
    try:
        wait_for_version(target.url, record.name, record.revision)
    except SmokeFailed as error:
        return_live(client, before)
        raise SmokeFailed(f"{error}. Everything was returned to the versions before") from error


def _tell(settings: Settings, environment: str, record: Record, target: Target, before: Mapping[str, Function]) -> None:
    versions = {
        service: {"function": function.name, "before": before[service].version, "live": function.version}
        for service, function in target.functions.items()
    }
    _tell_list("live", [f"{name} {one['before']} -> {one['live']}" for name, one in sorted(versions.items())])
    told = {"release": record.name, "record": record.sha256, "url": target.url, "versions": versions}
    told["deployed_at"] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    write_json(settings.releases / f"deployed-{environment}.json", told)
    print(f"{record.name} is live in {environment}: {target.url}")


def _tell_list(what: str, entries: list[str]) -> None:
    print(f"  {what:<12} {', '.join(entries) or 'nothing'}")
