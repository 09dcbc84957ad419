"""The doors through which the matrix goes: SQL as the application's role, and REST for every kind of caller."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any, Protocol

import psycopg2
from flask import Flask

from services.forms.csrf import HEADER, token_of
from services.forms.visitor import COOKIE
from services.local.catalog import read_routes
from services.records.sql import insert_statement
from services.records.store import complete_values, read_body
from services.records.table import Table
from services.shared.caller import Credential
from services.shared.errors import SkepError
from tests.support.world import World, key_of

OUTCOMES = {200: "ok", 201: "ok", 204: "ok", 401: "nobody", 403: "forbidden", 404: "missing", 422: "invalid"}


class Door(Protocol):
    """Each method does one thing to a record, or tries, and says how it went.

    precise: whether it tells missing from forbidden; a policy alone does not.
    """

    precise: bool

    def read(self, who: str, table: Table, record_id: str) -> str: ...

    def list(self, who: str, table: Table, record_id: str) -> str: ...

    def count(self, who: str, table: Table, record_id: str) -> str: ...

    def history(self, who: str, table: Table, record_id: str) -> str: ...

    def export(self, who: str, table: Table, record_id: str) -> str: ...

    def create(self, who: str, table: Table, body: Mapping[str, Any]) -> str: ...

    def put_in(self, who: str, table: Table, body: Mapping[str, Any]) -> str: ...

    def update(self, who: str, table: Table, record_id: str) -> str: ...

    def delete(self, who: str, table: Table, record_id: str) -> str: ...

    def restore(self, who: str, table: Table, record_id: str) -> str: ...


class SqlDoor:
    """SQL by hand as skep_app, in the name of a client."""

    precise = False

    def __init__(self, world: World) -> None:
        self._world = world

    def read(self, who: str, table: Table, record_id: str) -> str:
        return self._run(who, f"SELECT id FROM {table.name} WHERE id = %s", record_id)

    def list(self, who: str, table: Table, record_id: str) -> str:
        return self._run(who, f"SELECT id FROM {table.name}_visible WHERE id = %s", record_id)

    def count(self, who: str, table: Table, record_id: str) -> str:
        return self._run(who, f"SELECT 1 FROM {table.name}_visible WHERE id = %s GROUP BY id", record_id)

    def history(self, who: str, table: Table, record_id: str) -> str:
        return self._run(who, "SELECT seq FROM skep.history(%s, %s, NULL, NULL, 1)", table.name, record_id)

    def export(self, who: str, table: Table, record_id: str) -> str:
        return self.list(who, table, record_id)

    def put_in(self, who: str, table: Table, body: Mapping[str, Any]) -> str:
        return self.create(who, table, body)

    def create(self, who: str, table: Table, body: Mapping[str, Any]) -> str:
        values = complete_values(table, read_body(table, dict(body)), self._world.settings)
        return self._run(who, insert_statement(table, tuple(values)), *values.values())

    def update(self, who: str, table: Table, record_id: str) -> str:
        return self._run(who, f"UPDATE {table.name} SET custom = custom WHERE id = %s RETURNING id", record_id)

    def delete(self, who: str, table: Table, record_id: str) -> str:
        return self._run(who, f"UPDATE {table.name} SET deleted_at = now() WHERE id = %s RETURNING id", record_id)

    def restore(self, who: str, table: Table, record_id: str) -> str:
        return self._run(who, f"UPDATE {table.name} SET deleted_at = NULL WHERE id = %s RETURNING id", record_id)

    def _run(self, who: str, statement: str, *params: Any) -> str:
        try:
            return "ok" if self._world.caller(who, door="sql").run(statement, params, write=True) else "missing"
        except psycopg2.errors.InsufficientPrivilege:
            return "forbidden"
        except psycopg2.IntegrityError:
            return "invalid"
        except SkepError as error:
            return OUTCOMES[error.status]


class RestDoor:
    """The REST routes below a prefix. apps: service -> application."""

    precise = True

    def __init__(self, prefix: str, apps: Mapping[str, Flask]) -> None:
        self._prefix = prefix
        self._apps = {route["path"]: apps[route["service"]] for route in read_routes()}

    def read(self, who: str, table: Table, record_id: str) -> str:
        return self._ask(who, "GET", table, f"/{record_id}")[0]

    def list(self, who: str, table: Table, record_id: str) -> str:
        outcome, body = self._ask(who, "GET", table, f"?filter=id[eq]={record_id}&fields=id")
        return "missing" if outcome == "ok" and not body["items"] else outcome

    def count(self, who: str, table: Table, record_id: str) -> str:
        outcome, body = self._ask(who, "GET", table, f"?filter=id[eq]={record_id}&count=true")
        return "missing" if outcome == "ok" and body["count"] == 0 else outcome

    def history(self, who: str, table: Table, record_id: str) -> str:
        return self._ask(who, "GET", table, f"/{record_id}/history")[0]

    def export(self, who: str, table: Table, record_id: str) -> str:
        outcome, _, content = self._send(who, "POST", table, f"/export?filter=id[eq]={record_id}&fields=id")
        return "missing" if outcome == "ok" and record_id not in content else outcome

    def create(self, who: str, table: Table, body: Mapping[str, Any]) -> str:
        return self._ask(who, "POST", table, "", body)[0]

    def put_in(self, who: str, table: Table, body: Mapping[str, Any]) -> str:
        """An import of one line; what refuses it is told by line and field, not by the status."""
        file = io.StringIO()
        shown = {n: "" if v is None else str(v).lower() if isinstance(v, bool) else v for n, v in body.items()}
        writer = csv.DictWriter(file, list(shown))
        writer.writeheader()
        writer.writerow(shown)
        key = table.natural_key or table.title_field
        path = f"/import?apply=true&key={key}"
        return self._send(who, "POST", table, path, file.getvalue().encode(), "text/csv")[0]

    def update(self, who: str, table: Table, record_id: str) -> str:
        field = table.title_field
        return self._ask(who, "PATCH", table, f"/{record_id}", {field: f"Changed {record_id}"})[0]

    def delete(self, who: str, table: Table, record_id: str) -> str:
        return self._ask(who, "DELETE", table, f"/{record_id}")[0]

    def restore(self, who: str, table: Table, record_id: str) -> str:
        return self._ask(who, "POST", table, f"/{record_id}/restore")[0]

    def _ask(
        self, who: str, method: str, table: Table, rest: str, body: Mapping[str, Any] | None = None
    ) -> tuple[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        return self._send(who, method, table, rest, data, None if data is None else "application/json")[:2]

    def _send(
        self, who: str, method: str, table: Table, rest: str, data: bytes | None = None, media_type: str | None = None
    ) -> tuple[str, Any, str]:
        base = f"{self._prefix}/{table.name}"
        own = f"{base}{rest.partition('?')[0]}"
        client = self._apps[own if own in self._apps else base].test_client()
        headers, environ = {}, {}
        if self._prefix == "/v1":
            headers["x-api-key"] = key_of(who)
        elif self._prefix == "/iam/v1":
            environ["skep.user_arn"] = f"arn:aws:sts::123456789012:assumed-role/{who}/a-session"
        else:
            client.set_cookie(COOKIE, token_for(who))
            headers[HEADER] = token_of(token_for(who))
        answer = client.open(
            base + rest,
            method=method,
            data=data,
            headers=headers,
            environ_overrides=environ,
            content_type=media_type,
        )
        outcome = OUTCOMES.get(answer.status_code, f"{answer.status_code} {answer.text}")
        return outcome, answer.get_json(silent=True), answer.text


def token_for(who: str) -> str:
    """The token of a person's session."""
    return f"session-of-{who}"


def open_doors(world: World) -> None:
    """Gives everybody an IAM role and a session beside their key."""
    for who in ("ada", "mia", "sam", "vic"):
        arn = Credential.from_arn(f"arn:aws:iam::123456789012:role/{who}").value.decode()
        world.owner(
            "INSERT INTO clients (name, person_id, role, iam_arn) SELECT %s, id, role, %s FROM people WHERE id = %s",
            (f"{who}'s role", arn, world.ids[who]),
        )
        world.owner(
            "INSERT INTO skep.credentials (kind, hash, person_id, expires_at)"
            " VALUES ('session', %s, %s, now() + interval '1 h')",
            (Credential.from_secret("session", token_for(who)).value, world.ids[who]),
        )
