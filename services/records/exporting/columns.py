"""Which columns a file gets, under headings by which an import finds their fields again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.records.fields import Link, RecordField
from services.records.importing.columns import find_field
from services.records.importing.links import target_of
from services.records.table import Table

__all__ = ["Column", "Columns", "Names", "choose_columns"]

Names = Mapping[str, Mapping[str, str]]
"""Field -> id -> the name of the record that the id stands for."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. target: the table by whose natural key a link is shown; None for the value itself."""

    heading: str
    name: str
    field: RecordField
    target: Table | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file, in order."""

    all: tuple[Column, ...]

    @property
    def headings(self) -> list[str]:
        """One for each column."""
        return [column.heading for column in self.all]

    def rows(self, records: Sequence[Mapping[str, Any]], names: Names) -> list[list[Any]]:
        """The records' values. A link to a record that the caller does not see stays its id."""
        return [[self._value(column, record[column.name], names) for column in self.all] for record in records]

    @staticmethod
    def _value(column: Column, value: Any, names: Names) -> Any:
        return value if column.target is None or value is None else names[column.name].get(value, value)


def choose_columns(tables: Mapping[str, Table], table: Table, names: Sequence[str]) -> Columns:
    """A column for each field; two for a link to a table with names: the name, and the id that an import ignores."""
    chosen: list[Column] = []
    for name in names:
        field = table.fields[name]
        heading = _heading(table, name)
        target = target_of(tables, field) if isinstance(field, Link) and name != "id" else None
        chosen.append(Column(heading, name, field, target))
        if target is not None:
            chosen.append(Column(f"{heading} (id)", name, field))
    return Columns(tuple(chosen))


def _heading(table: Table, name: str) -> str:
    """The label where it means this field and no other, else the field's name."""
    label = table.fields[name].label
    means = find_field(table, label)
    alike = [other for other, field in table.fields.items() if field.label.casefold() == label.casefold()]
    return label if means == (name if name in table.writable else None) and alike == [name] else name
