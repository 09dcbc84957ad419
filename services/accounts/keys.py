"""Clients' keys: made here, shown once, kept as SHA-256."""

from __future__ import annotations

import secrets

import psycopg2

from services.accounts.tables import TABLES
from services.records.errors import translated
from services.records.store import get_record
from services.shared.caller import Caller, Credential
from services.shared.errors import NotFound

__all__ = ["issue_key", "new_key", "revoke_keys"]

_CLIENTS = next(table for table in TABLES if table.name == "clients")


def new_key() -> str:
    """A key: skp_<id>_<secret>. The id tells keys apart in lists and logs, the secret has 256 bits."""
    return f"skp_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"


def issue_key(caller: Caller, client_id: str) -> str:
    """A client's new key; the ones before end. Raises Forbidden, NotFound, Invalid (it has an IAM role)."""
    key = new_key()
    try:
        with translated(_CLIENTS):
            statement = "SELECT skep.issue_key(%s, %s)"
            caller.run(statement, (client_id, Credential.from_secret("client", key).value), write=True)
    except psycopg2.errors.NoDataFound as error:
        raise NotFound() from error
    return key


def revoke_keys(caller: Caller, client_id: str) -> None:
    """Ends a client's keys. Raises Forbidden, NotFound."""
    get_record(caller, _CLIENTS, client_id)
    with translated(_CLIENTS):
        caller.run("SELECT skep.revoke_keys(%s)", (client_id,), write=True)
