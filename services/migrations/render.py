"""Renders the schema of a live database as text, the same on Postgres 17 and 18 (pg_dump's differs).

It is for reading and for seeing in a diff what a migration does; databases are made by migrations only.
"""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

from psycopg2.extensions import cursor as Cursor

from services.migrations.session import open_session, raw_connection

SCHEMA_FILE = Path(__file__).parent / "schema.sql"
CATALOGUE_FILE = Path(__file__).parent / "catalogue.sql"
HEADING = "-- The schema after all migrations, written by `make schema`. Change it by a migration."

_ALONE = (
    "roles",
    "memberships",
    "role_settings",
    "database_grants",
    "extensions",
    "schemas",
    "default_privileges",
    "types",
)
_OF_TABLES = ("indexes", "statistics", "triggers", "policies", "table_grants")
_LAST = ("functions", "comments", "other_owners")

Rows = list[tuple[str, str]]


def render(url: str) -> str:
    """Gives the schema of the database, read as skep_owner. Raises MigrationError."""
    with open_session(url) as connection, raw_connection(connection).cursor() as cursor:
        # Names are written with their schema when it is not on the path.
        cursor.execute("SET LOCAL search_path = pg_catalog")
        found = {name: _read(cursor, query) for name, query in _load_queries().items()}
        connection.rollback()
    blocks = [HEADING]
    blocks += ["\n".join(text for _, text in found[name]) for name in _ALONE if found[name]]
    for thing, text in chain(found["sequences"], found["tables"], found["views"]):
        belongings = [line for name in _OF_TABLES for line in _texts_of(found[name], thing)]
        blocks.append("\n".join([text, *belongings]))
    blocks += [text for name in _LAST for _, text in found[name]]
    return "\n\n".join(_without_trailing_space(block) for block in blocks) + "\n"


def _load_queries() -> dict[str, str]:
    parts = re.split(r"^-- name: (\w+)\n", CATALOGUE_FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _read(cursor: Cursor, query: str) -> Rows:
    cursor.execute(query)
    return [(str(thing), str(text)) for thing, text in cursor.fetchall()]


def _texts_of(rows: Rows, thing: str) -> list[str]:
    return [text for belongs_to, text in rows if belongs_to == thing]


def _without_trailing_space(block: str) -> str:
    return "\n".join(line.rstrip() for line in block.splitlines())
