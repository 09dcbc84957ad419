"""An import in somebody's name, as every door would do it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services.records.importing.engine import import_file
from services.records.importing.options import Options, parse_column, parse_replacement
from services.records.importing.report import Report
from services.registry import TABLES
from tests.support.world import PEOPLE, World, key_of

Import = Callable[..., Report]


def _import(
    world: World, table: str, text: str | bytes, *, who: str = "ada", apply: bool = True, **said: Any
) -> Report:
    options = Options(
        key=tuple(said.pop("key", ())),
        columns=tuple(parse_column(part) for part in said.pop("columns", ())),
        replacements=tuple(parse_replacement(part) for part in said.pop("replace", ())),
        **said,
    )
    content = text.encode() if isinstance(text, str) else text
    caller = world.caller(who, door="import")
    return import_file(caller, TABLES, TABLES[table], content, options=options, settings=world.settings, apply=apply)


@pytest.fixture
def clean_world(world: World) -> Iterator[World]:
    """The module's database, and all that a test makes in it taken out again: much faster than a fresh one."""
    yield world
    for table in ("opportunities", "contacts", "customers", "products"):
        world.owner(f"DELETE FROM {table}")
    world.owner("DELETE FROM people WHERE name <> ALL (%s)", (list(PEOPLE),))
    world.owner("DELETE FROM teams WHERE name NOT IN ('North', 'South')")
    world.owner("DELETE FROM skep.change_log")


@pytest.fixture
def put(clean_world: World) -> Import:
    """Imports text into a table: put(table, text, who="ada", apply=True, columns=, replace=, key=, dates=, null=)."""
    return lambda table, text, **said: _import(clean_world, table, text, **said)


@pytest.fixture
def data(clean_world: World, tmp_path: Path) -> Path:
    """A data directory as `make run` leaves it while it runs."""
    clients = [{"name": who, "role": role, "key": key_of(who)} for who, role in (("sam", "sales"), ("ada", "admin"))]
    run = {"url": "http://127.0.0.1:1", "database_url": clean_world.url("skep_app"), "clients": clients, "people": []}
    (tmp_path / "run.json").write_text(json.dumps(run), encoding="utf-8")
    return tmp_path
