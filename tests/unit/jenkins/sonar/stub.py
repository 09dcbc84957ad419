"""A SonarQube without SonarQube: the part of its web API that is used here, with its paths, parameters and shapes.

tests/sonar does the same against a real one.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Form = dict[str, str]


class Refusal(Exception):
    """status and the sentence that goes with it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass
class Stub:
    """What the server knows. asked: every request, (method, path, parameters). away: requests that get a 503."""

    url: str = ""
    password: str = "admin"
    projects: dict[str, Form] = field(default_factory=dict)
    gates: dict[str, list[Form]] = field(default_factory=lambda: {"Sonar way": []})
    gate_of: dict[str, str] = field(default_factory=dict)
    new_code: dict[str, Form] = field(default_factory=dict)
    hooks: list[dict[str, Any]] = field(default_factory=list)
    users: dict[str, list[str]] = field(default_factory=dict)
    tokens: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    analyses: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, Form]] = field(default_factory=list)
    away: int = 0
    made: int = 0

    def writes(self) -> list[str]:
        """The paths of the orders so far."""
        return [path for method, path, _ in self.asked if method == "POST"]

    def answer(self, method: str, path: str, form: Form, door: str) -> Any:
        """The body of an answer, None for 204."""
        self.asked.append((method, path, form))
        if self.away:
            self.away -= 1
            raise Refusal(503, "")
        kind, _, secret = door.partition(" ")
        known = secret in {one["token"] for one in self.tokens}
        admitted = known if kind == "Bearer" else base64.b64decode(secret).decode() == f"admin:{self.password}"
        if path == "authentication/validate":
            return {"valid": admitted}
        if not admitted:
            raise Refusal(401, "")
        action = getattr(self, f"{method}_{path.replace('/', '_')}".lower(), None)
        if action is None:
            raise Refusal(404, f"Unknown url : /api/{path}")
        return action(form)

    def _number(self) -> str:
        self.made += 1
        return f"AU-{self.made}"

    def post_users_change_password(self, form: Form) -> None:
        if form["previousPassword"] != self.password:
            raise Refusal(400, "Incorrect password")
        self.password = form["password"]

    def get_projects_search(self, form: Form) -> Any:
        found = [one for key, one in self.projects.items() if key in form["projects"].split(",")]
        return {"paging": {"pageIndex": 1, "pageSize": 100, "total": len(found)}, "components": found}

    def post_projects_create(self, form: Form) -> Any:
        made = {"key": form["project"], "name": form["name"], "qualifier": "TRK"}
        self.projects[form["project"]] = made | {"visibility": form["visibility"]}
        return {"project": made}

    def post_projects_update_visibility(self, form: Form) -> None:
        self.projects[form["project"]]["visibility"] = form["visibility"]

    def get_qualitygates_list(self, _form: Form) -> Any:
        return {"qualitygates": [{"name": name, "isDefault": name == "Sonar way"} for name in self.gates]}

    def post_qualitygates_create(self, form: Form) -> Any:
        """With conditions of its own, as the real one."""
        self.gates[form["name"]] = []
        self.post_qualitygates_create_condition(
            {"gateName": form["name"], "metric": "new_violations", "op": "GT", "error": "0"}
        )
        self.post_qualitygates_create_condition(
            {"gateName": form["name"], "metric": "new_coverage", "op": "LT", "error": "70"}
        )
        self.post_qualitygates_create_condition(
            {"gateName": form["name"], "metric": "new_bugs", "op": "GT", "error": "0"}
        )
        return {"id": self._number(), "name": form["name"]}

    def get_qualitygates_show(self, form: Form) -> Any:
        conditions = self.gates[form["name"]]
        return {"name": form["name"], "isBuiltIn": False} | ({"conditions": conditions} if conditions else {})

    def post_qualitygates_create_condition(self, form: Form) -> Any:
        conditions = self.gates[form["gateName"]]
        if form["metric"] in {one["metric"] for one in conditions}:
            raise Refusal(400, f"Condition on metric '{form['metric']}' already exists.")
        made = {name: form[name] for name in ("metric", "op", "error")} | {"id": self._number()}
        conditions.append(made)
        return made

    def _condition(self, form: Form) -> tuple[list[Form], Form]:
        return next((all_, one) for all_ in self.gates.values() for one in all_ if one["id"] == form["id"])

    def post_qualitygates_update_condition(self, form: Form) -> Any:
        _, there = self._condition(form)
        there.update({name: form[name] for name in ("metric", "op", "error")})
        return there

    def post_qualitygates_delete_condition(self, form: Form) -> None:
        conditions, there = self._condition(form)
        conditions.remove(there)

    def get_qualitygates_get_by_project(self, form: Form) -> Any:
        name = self.gate_of.get(form["project"], "Sonar way")
        return {"qualityGate": {"name": name, "default": name == "Sonar way"}}

    def post_qualitygates_select(self, form: Form) -> None:
        self.gate_of[form["projectKey"]] = form["gateName"]

    def get_qualitygates_project_status(self, form: Form) -> Any:
        if form["analysisId"] not in self.verdicts:
            raise Refusal(404, f"Analysis with id '{form['analysisId']}' is not found")
        return {"projectStatus": self.verdicts[form["analysisId"]]}

    def get_new_code_periods_show(self, form: Form) -> Any:
        there: dict[str, Any] = self.new_code.get(form["project"], {"type": "PREVIOUS_VERSION", "inherited": True})
        return {"projectKey": form["project"], "branchKey": "", **there}

    def post_new_code_periods_set(self, form: Form) -> None:
        """The server keeps no setting that is its default's, and goes on calling it inherited."""
        self.new_code.pop(form["project"], None)
        if form["type"] != "PREVIOUS_VERSION":
            self.new_code[form["project"]] = {"type": form["type"]}

    def get_webhooks_list(self, _form: Form) -> Any:
        shown = ("key", "name", "url", "hasSecret")
        return {"webhooks": [{name: hook[name] for name in shown} for hook in self.hooks]}

    def post_webhooks_create(self, form: Form) -> Any:
        if len(form["secret"]) < 16:
            raise Refusal(400, f"'secret' length ({len(form['secret'])}) is shorter than the minimum authorized (16)")
        hook = {"key": self._number(), **form, "hasSecret": bool(form.get("secret"))}
        self.hooks.append(hook)
        return {"webhook": hook}

    def post_webhooks_update(self, form: Form) -> None:
        there = next(hook for hook in self.hooks if hook["key"] == form["webhook"])
        there.update(form, hasSecret=bool(form.get("secret")))

    def get_users_search(self, form: Form) -> Any:
        found = [{"login": login, "active": True} for login in self.users if form["q"] in login]
        return {"paging": {"pageIndex": 1, "pageSize": 50, "total": len(found)}, "users": found}

    def post_users_create(self, form: Form) -> Any:
        self.users[form["login"]] = []
        return {"user": {"login": form["login"], "name": form["name"], "active": True, "local": True}}

    def get_permissions_users(self, form: Form) -> Any:
        shown = [
            {"login": login, "permissions": had} for login, had in self.users.items() if had and form["q"] in login
        ]
        return {"paging": {"pageIndex": 1, "pageSize": 20, "total": len(shown)}, "users": shown}

    def post_permissions_add_user(self, form: Form) -> None:
        self.users[form["login"]].append(form["permission"])

    def get_user_tokens_search(self, form: Form) -> Any:
        mine = [one for one in self.tokens if one["login"] == form["login"]]
        shown = [{name: value for name, value in one.items() if name not in {"token", "login"}} for one in mine]
        return {"login": form["login"], "userTokens": shown}

    def post_user_tokens_generate(self, form: Form) -> Any:
        made = {"login": form["login"], "name": form["name"], "type": form["type"], "token": f"squ_{self._number()}"}
        self.tokens.append(made)
        return made

    def post_user_tokens_revoke(self, form: Form) -> None:
        self.tokens = [one for one in self.tokens if (one["login"], one["name"]) != (form["login"], form["name"])]

    def get_ce_task(self, form: Form) -> Any:
        there = self.tasks.pop(0) if len(self.tasks) > 1 else self.tasks[0]
        return {"task": {"id": form["id"], "type": "REPORT", **there}}

    def get_project_analyses_search(self, _form: Form) -> Any:
        return {"paging": {"pageIndex": 1, "pageSize": 500, "total": len(self.analyses)}, "analyses": self.analyses}

    def get_measures_search_history(self, form: Form) -> Any:
        wanted = [one for one in self.history if one["metric"] in form["metrics"].split(",")]
        return {"paging": {"pageIndex": 1, "pageSize": 100, "total": 1}, "measures": wanted}


class Handler(BaseHTTPRequestHandler):
    """Hands requests to the stub."""

    stub: Stub

    def do_GET(self) -> None:
        """A question."""
        self._handle("GET", urlsplit(self.path).query)

    def do_POST(self) -> None:
        """An order."""
        self._handle("POST", self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

    def _handle(self, method: str, fields: str) -> None:
        path = urlsplit(self.path).path.removeprefix("/api/")
        door = self.headers.get("Authorization") or ""
        try:
            status, data = 200, self.stub.answer(method, path, dict(parse_qsl(fields)), door)
        except Refusal as refusal:
            status, data = refusal.status, ({"errors": [{"msg": str(refusal)}]} if str(refusal) else None)
        body = b"" if data is None else json.dumps(data).encode()
        self.send_response(status if body or status != 200 else 204)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's name
        """Says nothing."""


@contextmanager
def run_stub() -> Iterator[Stub]:
    """A stub that listens."""
    stub = Stub()
    handler = type("Bound", (Handler,), {"stub": stub})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        stub.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield stub
        server.shutdown()
