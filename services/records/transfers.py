"""What requests and jobs agree on when a file goes into a table or comes out of one: limits, rights, places, args.

An export's args: {"table", "format", "filters", "q", "sort", "fields"}; an import's: see import_args.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.records.listing import Query
from services.records.table import Reference, Table
from services.shared.caller import Identity
from services.shared.errors import Forbidden

__all__ = [
    "FORMATS",
    "MOST_BYTES",
    "MOST_LINES",
    "check_may_import",
    "export_key",
    "is_importable",
    "parse_query",
    "upload_key",
]

MOST_LINES = 5_000
"""Beyond these lines or records, an import or an export is a job."""
MOST_BYTES = 4 * 1024 * 1024
FORMATS = ("csv", "xlsx")


def upload_key(principal_id: str, file_id: str) -> str:
    """Where a principal's upload lies: nobody can name another's, whose id is not theirs."""
    return f"uploads/{principal_id}/{file_id}"


def export_key(job_id: str) -> str:
    """Where an export's file lies, which its job alone names."""
    return f"exports/{job_id}"


def is_importable(table: Table) -> bool:
    """Whether lines can become records of the table."""
    return bool(table.writable)


def check_may_import(table: Table, identity: Identity) -> None:
    """Spares a caller who may write nothing of this table a refusal for every line. Raises Forbidden."""
    if identity.role == "viewer" or (isinstance(table.rights, Reference) and identity.role != "admin"):
        raise Forbidden()


def parse_query(table: Table, asked: Mapping[str, Any]) -> Query:
    """The query of an export's args. Raises Invalid or BadRequest."""
    fields = asked.get("fields")
    return Query.parse(
        table,
        filters=asked.get("filters") or (),
        q=asked.get("q"),
        sort=asked.get("sort"),
        fields=None if fields is None else fields.split(","),
    )
