"""Whether an environment is what the release that was applied last says. It looks, and never changes anything."""

from __future__ import annotations

import json
from typing import Any

from jenkins.release.aws import connect
from jenkins.release.canonical import write_private
from jenkins.release.changes import Change, describe, list_changes, summarize
from jenkins.release.errors import ReleaseError
from jenkins.release.live import LIVE
from jenkins.release.push import write_json
from jenkins.release.settings import Settings
from jenkins.release.signing import PublicKey
from jenkins.release.store import Releases
from jenkins.release.workplace import Workplace, find_differences

__all__ = ["DRIFT", "find_drift"]

DRIFT = 2
"""The exit code, as Terraform has it: 0 none, 1 an error."""


def find_drift(settings: Settings, environment: str, releases: Releases, key: PublicKey) -> int:
    """0 or DRIFT; writes build/release/drift-<environment>.json and .txt. Raises ReleaseError, ClientError."""
    report = settings.releases / f"drift-{environment}.json"
    report.unlink(missing_ok=True)  # after an error there is none, whatever was known yesterday
    place = Workplace(settings, environment)
    place.take_code()
    place.initialize()
    outputs = place.terraform.read_outputs(place.root)
    if "release" not in outputs:
        raise ReleaseError(f"{environment} has no release yet: its state names none")
    record = releases.get(outputs["release"]["name"], key)
    if find_differences(record):  # this checkout is of another commit
        place.take_code(record.revision)
        place.initialize()
    place.write_variables(record)
    drifted, changes = _look(place)
    told = f"{environment} is as {record.name} says\n"
    if drifted:
        counts = ", ".join(f"{count} to {action}" for action, count in summarize(changes).items()) or "outputs alone"
        told = f"{environment} is not as {record.name} says: {counts}\n{describe(changes)}"
    told += _tell_elsewhere(settings, environment, outputs)
    print(told, end="")
    write_private(settings.releases / f"drift-{environment}.txt", told.encode())
    write_json(report, {"environment": environment, "release": record.name, "drift": drifted, "summary": told})
    return DRIFT if drifted else 0


def _look(place: Workplace) -> tuple[bool, tuple[Change, ...]]:
    """Whether an apply would do something, and what."""
    saved = place.plan.resolve()
    options = ("-input=false", "-lock-timeout=60s", "-detailed-exitcode", place.variables, f"-out={saved}")
    code = place.terraform.run(place.root, "plan", *options, allowed=(0, DRIFT)).code
    shown = json.loads(place.terraform.run(place.root, "show", "-json", str(saved)).text)
    saved.unlink()  # what was looked at is not to be applied
    return code == DRIFT, list_changes(shown)


def _tell_elsewhere(settings: Settings, environment: str, outputs: dict[str, Any]) -> str:
    """A line for each service whose callers get another version than the one that was applied: a rollback, perhaps."""
    client = connect(settings, "lambda", settings.of(environment, "STATE_REGION"))
    told = ""
    for service, function in sorted(outputs["functions"].items()):
        live = client.get_alias(FunctionName=function["function_name"], Name=LIVE)["FunctionVersion"]
        if live != str(function["version"]):
            told += f"  {LIVE} of {service} is at version {live}, and {function['version']} was applied last\n"
    return told
