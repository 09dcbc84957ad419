"""The demo's people and clients: made by hand the first time, with passwords and keys that only run.json has."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from services.accounts.sessions import set_password
from services.local.demo_data import PEOPLE, TEAMS
from services.shared.caller import Credential
from services.shared.database import Database

__all__ = ["Demo", "find_demo", "make_demo_people"]

_WORDS = "amber basalt cedar drift ember fjord glade harbor island juniper kelp lantern meadow north".split()


@dataclass(frozen=True, slots=True)
class Demo:
    """What run.json says of the demo. clients: name, role, key; people: email, password, role, id, name."""

    clients: list[dict[str, str]]
    people: list[dict[str, str]]

    @property
    def admin_key(self) -> str:
        """The key of the admin's client."""
        return next(client["key"] for client in self.clients if client["role"] == "admin")

    @property
    def owners(self) -> dict[str, str]:
        """Who owns records in the demo: name -> id of the sales people."""
        return {person["name"]: person["id"] for person in self.people if person["role"] == "sales"}


def find_demo(owner: Database, kept: dict[str, Any]) -> Demo | None:
    """The demo as an earlier run's run.json has it, if this database still knows it."""
    demo = Demo(kept.get("clients", []), kept.get("people", []))
    if not demo.clients or not all("id" in person for person in demo.people):
        return None
    key = Credential.from_secret("client", demo.admin_key)
    # The admin's key is all that a run needs; who changed another in the forms meant it.
    return demo if owner.run("SELECT 1 FROM skep.identify(%s, %s)", (key.kind, key.value)) else None


def make_demo_people(owner: Database) -> Demo:
    """Teams, people who can sign in, and a client for each; those that are there already are used."""
    demo = Demo([], [])
    teams = {name: _made(owner, "teams", {"name": name, "office": office}) for name, office in TEAMS}
    for name, role, team in PEOPLE:
        _person(owner, demo, name, role, teams.get(team or ""))
    return demo


def _person(owner: Database, demo: Demo, name: str, role: str, team: str | None) -> None:
    email = f"{name.partition(' ')[0].lower()}@skep.example"
    person = _made(owner, "people", {"name": name, "email": email, "role": role, "team_id": team})
    password = "-".join(secrets.choice(_WORDS) for _ in range(3)) + f"-{secrets.randbelow(9000) + 1000}"
    set_password(owner, person, password)
    client = _made(owner, "clients", {"name": f"{name}'s scripts", "person_id": person, "role": role})
    key = owner.run("SELECT skep.issue_key(%s)", (client,), write=True)[0][0]
    demo.clients.append({"name": f"{name}'s scripts", "role": role, "key": key})
    demo.people.append({"name": name, "email": email, "password": password, "role": role, "id": person})


_INSERTS = {
    "teams": "INSERT INTO teams (name, office) VALUES (%(name)s, %(office)s) RETURNING id",
    "people": "INSERT INTO people (name, email, role, team_id) "
    "VALUES (%(name)s, %(email)s, %(role)s, %(team_id)s) RETURNING id",
    "clients": "INSERT INTO clients (name, person_id, role) VALUES (%(name)s, %(person_id)s, %(role)s) RETURNING id",
}
_FINDS = {
    "teams": "SELECT id FROM teams WHERE name = %(name)s AND deleted_at IS NULL",
    "people": "SELECT id FROM people WHERE (lower(email) = %(email)s OR name = %(name)s) AND deleted_at IS NULL",
    "clients": "SELECT id FROM clients WHERE name = %(name)s AND deleted_at IS NULL",
}


def _made(owner: Database, table: str, values: dict[str, str | None]) -> str:
    rows = owner.run(_FINDS[table], values) or owner.run(_INSERTS[table], values, write=True)
    return str(rows[0][0])
