"""Records of any table, made from its definition alone."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from services.records.fields import Boolean, Choice, Currency, Date, Email, Integer, Link, Money, RecordField, Website
from services.records.sql import insert_statement
from services.records.store import complete_values, read_body
from services.records.table import ChildOf, Owned, Table
from services.registry import TABLES
from services.shared.database import Database
from tests.support.world import World

_numbers = itertools.count(1)

VALUES: dict[type[RecordField], Any] = {
    Boolean: True,
    Currency: "EUR",
    Date: "2026-01-31",
    Email: "ana@example.com",
    Integer: 7,
    Money: "12.50",
    Website: "https://example.com",
}


class Samples:
    """Makes records in a world, by hand, so that no door's rights stand in the way."""

    def __init__(self, world: World, tables: Mapping[str, Table] | None = None) -> None:
        self._world = world
        self._tables = tables or TABLES
        self._owner = Database(world.url("skep_owner"))

    def close(self) -> None:
        """Ends the connection."""
        self._owner.close()

    def body(self, table: Table, *, owner_id: str | None = None, shared: bool = False, **given: Any) -> dict[str, Any]:
        """A body that POST takes: what is required, the natural key and the title; its parents are made.

        owner_id, shared: of the record or, where it is a child, of its parent.
        """
        wanted = {n for n, f in table.declared.items() if not f.nullable and f.default is None}
        wanted |= {table.title_field, table.natural_key or table.title_field}
        body = {n: self._value(table, n, owner_id, shared) for n in wanted if n not in given}
        if isinstance(table.rights, Owned):
            body |= {"owner_id": owner_id, "shared": shared}
        return body | given

    def insert(self, table: Table, *, owner_id: str | None = None, shared: bool = False, **given: Any) -> str:
        """The id of a new record, written by the database's owner."""
        body = self.body(table, owner_id=owner_id, shared=shared, **given)
        values = complete_values(table, read_body(table, body), self._world.settings)
        row = self._owner.run(insert_statement(table, tuple(values)), tuple(values.values()), write=True)[0]
        return str(row[0])

    def run(self, statement: str, params: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Runs SQL by hand, on one connection."""
        return self._owner.run(statement, params, write=True)

    def _value(self, table: Table, name: str, owner_id: str | None, shared: bool) -> Any:
        field = table.declared[name]
        if isinstance(field, Link):
            parent = self._tables[field.to]
            if isinstance(table.rights, ChildOf) and table.rights.link == name:
                return self.insert(parent, owner_id=owner_id, shared=shared)
            return self.insert(parent)
        if isinstance(field, Choice):
            return field.options[0] if field.options else self._first(field)
        return VALUES.get(type(field), f"Sample{next(_numbers):06}")

    def _first(self, field: Choice) -> str:
        return str(self.run(f"SELECT min(name) FROM {field.options_from}_visible")[0][0])
