"""People's sessions: signing in, signing out, setting a password."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg2

from services.accounts.passwords import MAX_LENGTH, MIN_LENGTH, make_verifier, new_salt
from services.accounts.tables import TABLES
from services.records.errors import translated
from services.shared.caller import Credential
from services.shared.database import Database, Row
from services.shared.errors import Invalid, NotFound

__all__ = ["SignIn", "set_password", "sign_in", "sign_out"]

_PEOPLE = next(table for table in TABLES if table.name == "people")


class Runs(Protocol):
    """Who can run a statement: a caller, or the owner's database by hand."""

    def run(self, statement: str, params: Sequence[Any] = (), *, write: bool = False) -> list[Row]:
        """Runs one statement."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a sign-in ended. outcome: ok, wrong, or wait (five failures within 15 minutes)."""

    outcome: str
    token: str | None = None


def sign_in(database: Database, email: str, password: str, hours: int) -> SignIn:
    """Opens a session of so many hours; its token is given this once."""
    email = email.strip()
    # What can't be in a row (or would cost more to hash than it is worth) can't be right.
    if "\x00" in email or not 0 < len(email) <= 254 or not 0 < len(password) <= MAX_LENGTH:
        return SignIn("wrong")
    address = email.encode("utf-8", "replace").decode()
    salt = bytes(database.run("SELECT skep.sign_in_salt(%s)", (address,))[0][0])
    verifier = make_verifier(password, salt)
    token = secrets.token_urlsafe(32)
    credential = Credential.from_secret("session", token)
    rows = database.run(
        "SELECT skep.sign_in(%s, %s, %s, make_interval(hours => %s))",
        (address, verifier, credential.value, hours),
        write=True,
    )
    outcome = rows[0][0]
    return SignIn(outcome, token if outcome == "ok" else None)


def sign_out(database: Database, token: str) -> None:
    """Ends a session; one that is over already stays so."""
    credential = Credential.from_secret("session", token)
    database.run("SELECT skep.sign_out(%s)", (credential.value,), write=True)


def set_password(run: Runs, person_id: str, password: str) -> None:
    """Sets a person's password, which ends the sessions opened with the old one.

    Raises Invalid (too short or too long), NotFound, Forbidden (another person's, and not an admin).
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        sentence = f"A password has {MIN_LENGTH} to {MAX_LENGTH:,} characters."
        raise Invalid(errors=[{"field": "password", "message": sentence}])
    salt = new_salt()
    verifier = make_verifier(password, salt)
    try:
        with translated(_PEOPLE):
            run.run("SELECT skep.set_password(%s, %s, %s)", (person_id, salt, verifier), write=True)
    except psycopg2.errors.ForeignKeyViolation as error:
        raise NotFound() from error
