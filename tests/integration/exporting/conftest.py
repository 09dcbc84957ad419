"""Exports and imports in somebody's name, as every door would do them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.records.exporting.engine import Format, export_records
from services.records.importing.engine import import_file
from services.records.importing.options import Options
from services.records.importing.report import Report
from services.records.listing import Query
from services.registry import TABLES
from tests.support.world import PEOPLE, World

Export = Callable[..., bytes]
Import = Callable[..., Report]


@pytest.fixture
def clean_world(world: World) -> Iterator[World]:
    """The module's database, and all that a test makes in it taken out again."""
    yield world
    for table in ("opportunities", "contacts", "customers", "products"):
        world.owner(f"DELETE FROM {table}")
    world.owner("DELETE FROM people WHERE name <> ALL (%s)", (list(PEOPLE),))
    world.owner("DELETE FROM skep.change_log")


@pytest.fixture
def export(clean_world: World) -> Export:
    """The file of a table's records: export(table, format, who="ada", most=, and what a list takes)."""

    def exported(
        table: str, format_name: Format = "csv", *, who: str = "ada", most: int | None = None, **asked: Any
    ) -> bytes:
        out = io.BytesIO()
        query = Query.parse(TABLES[table], **asked)
        caller = clean_world.caller(who)
        export_records(caller, TABLES, TABLES[table], query, format=format_name, out=out, limit=most)
        return out.getvalue()

    return exported


@pytest.fixture
def put(clean_world: World) -> Import:
    """Imports a file into a table: put(table, content, who="ada", key=(), apply=True)."""

    def imported(
        table: str, content: str | bytes, *, who: str = "ada", key: tuple[str, ...] = (), apply: bool = True
    ) -> Report:
        return import_file(
            clean_world.caller(who, door="import"),
            TABLES,
            TABLES[table],
            content.encode() if isinstance(content, str) else content,
            options=Options(key=key),
            settings=clean_world.settings,
            apply=apply,
        )

    return imported
