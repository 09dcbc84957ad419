"""Clients' keys: made in Postgres, shown once, kept there as SHA-256; API Gateway hears of them through automations."""

from __future__ import annotations

import psycopg2

from services.accounts.tables import TABLES
from services.records.errors import translated
from services.records.store import get_record
from services.shared.caller import Caller
from services.shared.errors import NotFound
from services.shared.queue import Queue

__all__ = ["issue_key", "revoke_keys"]

NEWS = {"task": "keys"}
"""Tells automations at once what its schedule would find within a minute."""

_CLIENTS = next(table for table in TABLES if table.name == "clients")


def issue_key(caller: Caller, client_id: str, work: Queue) -> str:
    """A client's new key, skp_<id>_<secret>; the ones before end. Raises Forbidden, NotFound, Invalid (an IAM role).

    The id tells keys apart in lists and logs. The gateway lets the key in some seconds later.
    """
    try:
        with translated(_CLIENTS):
            rows = caller.run("SELECT skep.issue_key(%s)", (client_id,), write=True)
    except psycopg2.errors.NoDataFound as error:
        raise NotFound() from error
    work.send(NEWS)
    return str(rows[0][0])


def revoke_keys(caller: Caller, client_id: str, work: Queue) -> None:
    """Ends a client's keys, at once. Raises Forbidden, NotFound."""
    get_record(caller, _CLIENTS, client_id)
    with translated(_CLIENTS):
        caller.run("SELECT skep.revoke_keys(%s)", (client_id,), write=True)
    work.send(NEWS)
