"""A migrated database with people of every role in two teams, each with a client's key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import psycopg2
from flask import Flask
from werkzeug.test import TestResponse

from services.shared.caller import Caller, Credential
from services.shared.database import Database
from services.shared.settings import Settings

PEOPLE = {
    "ada": ("admin", None),
    "mia": ("manager", "North"),
    "sam": ("sales", "North"),
    "sue": ("sales", "North"),
    "max": ("manager", "South"),
    "sid": ("sales", "South"),
    "vic": ("viewer", None),
}
"""Name -> role and team."""


def key_of(name: str) -> str:
    """The key of a person's client."""
    return f"skp_{name}_{hashlib.sha256(name.encode()).hexdigest()}"


@dataclass
class World:
    """One database. url gives the URL of a role: skep_owner, skep_app, skep_job."""

    url: Callable[[str], str]
    ids: dict[str, str] = field(default_factory=dict)

    @cached_property
    def settings(self) -> Settings:
        """Settings of the application."""
        return Settings(database_url=self.url("skep_app"))

    @cached_property
    def database(self) -> Database:
        """The application's database."""
        return Database(self.settings.database_url)

    def owner(self, statement: str, params: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Runs SQL by hand, as the owner of everything."""
        connection = psycopg2.connect(self.url("skep_owner"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, params or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def credential(self, name: str) -> Credential:
        """The credential of a person's client."""
        return Credential.from_secret("client", key_of(name))

    def caller(self, name: str, *, door: str = "rest", database: Database | None = None) -> Caller:
        """A person's client at a door."""
        return Caller(database or self.database, self.credential(name), door)

    def populate(self) -> None:
        """Makes the teams, the people and their keys."""
        for team in ("North", "South"):
            self.ids[team] = self.owner("INSERT INTO teams (name) VALUES (%s) RETURNING id", (team,))[0][0]
        for name, (role, team_name) in PEOPLE.items():
            person = self.owner(
                "INSERT INTO people (name, email, role, team_id) VALUES (%s, %s, %s, %s) RETURNING id",
                (name, f"{name}@example.com", role, self.ids.get(team_name or "")),
            )[0][0]
            client = self.owner(
                "INSERT INTO clients (name, person_id, role, iam_arn) VALUES (%s, %s, %s, %s) RETURNING id",
                (f"{name}'s client", person, role, None),
            )[0][0]
            self.owner(
                "INSERT INTO skep.credentials (kind, hash, client_id) VALUES ('client', %s, %s)",
                (self.credential(name).value, client),
            )
            self.ids[name], self.ids[f"{name}'s client"] = person, client


@dataclass
class Api:
    """A service's REST door, in process, without Lambda around it."""

    app: Flask

    def call(
        self,
        who: str | None,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> TestResponse:
        """One request in a person's name. body is sent as JSON unless it is bytes."""
        sent = {"x-api-key": key_of(who)} if who else {}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if data is not None:
            sent["Content-Type"] = "application/json"
        return self.app.test_client().open(
            path, method=method, headers={**sent, **(headers or {})}, data=data, **options
        )

    def made(self, who: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A record made by POST, which must succeed."""
        answer = self.call(who, "POST", path, body)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        record: dict[str, Any] = answer.get_json()
        return record
