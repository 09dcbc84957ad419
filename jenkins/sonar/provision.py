"""Makes a server have what the pipeline needs of it. Reads first, and writes only what differs."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jenkins.sonar.api import Sonar
from jenkins.sonar.gate_file import Condition, Gate

AT_FIRST = "admin"  # what every new SonarQube has; the first thing that is changed here
PREVIOUS_VERSION = "PREVIOUS_VERSION"


class NotOpened(Exception):
    """Neither the password that should hold nor the first one opens the server."""


@dataclass(frozen=True)
class Wanted:
    """What should be there. user: whom the token belongs to. renew: secrets that can't be read are reset.

    webhook_url may be empty: no webhook then.
    """

    gate: Gate
    project: str = "skep"
    project_name: str = "Skep"
    webhook_url: str = ""
    webhook_secret: str = ""
    webhook_name: str = "Jenkins"
    user: str = "skep-pipeline"
    renew: bool = False


@dataclass(frozen=True)
class Provisioned:
    """changes: what was written, a line each. token: the analysis token, if one was made; it is never shown again."""

    changes: tuple[str, ...]
    token: str


def make_password() -> str:
    """One that SonarQube takes: long, with a letter of each kind, a digit and a sign."""
    return f"Aa1-{secrets.token_urlsafe(18)}"


def provision(url: str, password: str, wanted: Wanted) -> Provisioned:
    """Makes the server be as wanted. A second run changes nothing."""
    changes = list(_set_password(url, password))
    sonar = Sonar(url, password=password)
    for step in (_have_project, _have_gate, _use_gate, _have_new_code, _have_webhook, _have_user):
        changes += step(sonar, wanted)
    told, token = _have_token(sonar, wanted)
    return Provisioned((*changes, *told), token)


def _set_password(url: str, password: str) -> Iterator[str]:
    if _opens(url, password):
        return
    if not _opens(url, AT_FIRST):
        raise NotOpened("admin's password is neither the one in SONAR_ADMIN_PASSWORD nor a new server's.")
    first = Sonar(url, password=AT_FIRST)
    first.post("api/users/change_password", login="admin", password=password, previousPassword=AT_FIRST)
    yield "password of admin: changed"


def _opens(url: str, password: str) -> bool:
    return bool(Sonar(url, password=password).get("api/authentication/validate")["valid"])


def _have_project(sonar: Sonar, wanted: Wanted) -> Iterator[str]:
    found = sonar.get("api/projects/search", projects=wanted.project)["components"]
    if not found:
        sonar.post(
            "api/projects/create",
            project=wanted.project,
            name=wanted.project_name,
            mainBranch="main",
            visibility="private",
        )
        yield f"project {wanted.project}: made"
    elif found[0]["visibility"] != "private":
        sonar.post("api/projects/update_visibility", project=wanted.project, visibility="private")
        yield f"project {wanted.project}: made private"


def _have_gate(sonar: Sonar, wanted: Wanted) -> Iterator[str]:
    gate = wanted.gate
    if gate.name not in {one["name"] for one in sonar.get("api/qualitygates/list")["qualitygates"]}:
        sonar.post("api/qualitygates/create", name=gate.name)
        yield f"gate {gate.name}: made"
    there = {c["metric"]: c for c in sonar.get("api/qualitygates/show", name=gate.name).get("conditions", [])}
    for metric in there.keys() - {condition.metric for condition in gate.conditions}:
        sonar.post("api/qualitygates/delete_condition", id=there[metric]["id"])
        yield f"condition on {metric}: removed"
    for condition in gate.conditions:
        yield from _have_condition(sonar, gate, condition, there.get(condition.metric))


def _have_condition(sonar: Sonar, gate: Gate, wanted: Condition, there: dict[str, Any] | None) -> Iterator[str]:
    parameters = {"metric": wanted.metric, "op": wanted.op, "error": wanted.error}
    if there is None:
        sonar.post("api/qualitygates/create_condition", gateName=gate.name, **parameters)
        yield f"condition on {wanted.metric}: added"
    elif (there["op"], there["error"]) != (wanted.op, wanted.error):
        sonar.post("api/qualitygates/update_condition", id=there["id"], **parameters)
        yield f"condition on {wanted.metric}: {there['op']} {there['error']} -> {wanted.op} {wanted.error}"


def _use_gate(sonar: Sonar, wanted: Wanted) -> Iterator[str]:
    used = sonar.get("api/qualitygates/get_by_project", project=wanted.project)["qualityGate"]["name"]
    if used != wanted.gate.name:
        sonar.post("api/qualitygates/select", gateName=wanted.gate.name, projectKey=wanted.project)
        yield f"gate of {wanted.project}: {used} -> {wanted.gate.name}"


def _have_new_code(sonar: Sonar, wanted: Wanted) -> Iterator[str]:
    # "inherited" tells nothing: the server says it of a project's own setting, too, that is the same as its default.
    if sonar.get("api/new_code_periods/show", project=wanted.project)["type"] != PREVIOUS_VERSION:
        sonar.post("api/new_code_periods/set", project=wanted.project, type=PREVIOUS_VERSION)
        yield f"new code of {wanted.project}: since the previous version"


def _have_webhook(sonar: Sonar, wanted: Wanted) -> Iterator[str]:
    if not wanted.webhook_url:
        return
    hooks = sonar.get("api/webhooks/list", project=wanted.project)["webhooks"]
    there = next((hook for hook in hooks if hook["name"] == wanted.webhook_name), None)
    parameters = {"name": wanted.webhook_name, "url": wanted.webhook_url, "secret": wanted.webhook_secret}
    if there is None:
        sonar.post("api/webhooks/create", project=wanted.project, **parameters)
        yield f"webhook to {wanted.webhook_url}: made"
    elif there["url"] != wanted.webhook_url or not there["hasSecret"] or wanted.renew:
        sonar.post("api/webhooks/update", webhook=there["key"], **parameters)
        yield f"webhook to {wanted.webhook_url}: set again"


def _have_user(sonar: Sonar, wanted: Wanted) -> Iterator[str]:
    """A user who may read and analyse the project. An analysis token, of nobody's, could not read what it has made."""
    found = sonar.get("api/users/search", q=wanted.user)["users"]
    if wanted.user not in {one["login"] for one in found}:
        sonar.post("api/users/create", login=wanted.user, name="Pipeline", password=make_password())
        yield f"user {wanted.user}: made, with a password that nobody knows"
    asked = {"projectKey": wanted.project, "q": wanted.user}
    there = {one["login"]: one["permissions"] for one in sonar.get("api/permissions/users", **asked)["users"]}
    for permission in sorted({"user", "codeviewer", "scan"}.difference(there.get(wanted.user, []))):
        sonar.post("api/permissions/add_user", login=wanted.user, permission=permission, projectKey=wanted.project)
        yield f"user {wanted.user}: may {permission} in {wanted.project}"


def _have_token(sonar: Sonar, wanted: Wanted) -> tuple[list[str], str]:
    """A token of that user, called as the project. The server shows it once, when it is made."""
    told: list[str] = []
    mine = {"login": wanted.user, "name": wanted.project}
    tokens = sonar.get("api/user_tokens/search", login=wanted.user)["userTokens"]
    there = next((one for one in tokens if one["name"] == wanted.project), None)
    if there is not None and not wanted.renew and not there.get("isExpired"):
        return told, ""
    if there is not None:
        sonar.post("api/user_tokens/revoke", **mine)
        told.append(f"token of {wanted.user}: revoked")
    made = sonar.post("api/user_tokens/generate", **mine, type="USER_TOKEN")
    return [*told, f"token of {wanted.user}: made"], made["token"]
