"""The records that are there already: looked up by key in batches, and compared with what a file says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from psycopg2.sql import SQL

from services.records.errors import translated
from services.records.fields import Link, Money
from services.records.importing.cells import Line
from services.records.importing.links import batches, find_names, target_of
from services.records.importing.report import Update
from services.records.sql import columns, name, text
from services.records.table import Table
from services.shared.caller import Runner
from services.shared.currencies import format_amount

__all__ = ["Key", "changed_fields", "describe_updates", "find_existing"]

Key = tuple[Any, ...]


def find_existing(
    run: Runner, table: Table, key: tuple[str, ...], wanted: Sequence[Key], fields: Sequence[str]
) -> dict[Key, list[dict[str, Any]]]:
    """The records that the caller sees with these keys: id, version and the fields, as Postgres gives them."""
    names = tuple(dict.fromkeys(("id", "version", *key, *fields)))
    known = set(wanted)
    found: dict[Key, list[dict[str, Any]]] = {}
    for piece in batches(sorted({values[0] for values in wanted})):

        def build(role: str, piece: list[Any] = piece) -> tuple[str, Sequence[Any]]:
            branches = table.branches(role)
            return _by_key(table, branches, names, key[0]), [piece] * len(branches)

        with translated(table):
            rows = run.run_for_role(build)
        for row in rows:
            record = dict(zip(names, row, strict=True))
            values = tuple(record[part] for part in key)
            if values in known:
                found.setdefault(values, []).append(record)
    return found


def changed_fields(line: Line) -> dict[str, Any]:
    """The values of a line that its record has not got already."""
    current = line.current or {}
    return {field: value for field, value in line.values.items() if not _same(current[field], value)}


def describe_updates(run: Runner, tables: Mapping[str, Table], table: Table, lines: Sequence[Line]) -> list[Update]:
    """What each line changes in its record, links by the names of their records."""
    before = {line: line.current or {} for line in lines}
    changes = {line: changed_fields(line) for line in lines}
    shown: dict[str, dict[str, str]] = {}
    for field_name, field in table.links.items():
        ids = {value for line in lines if field_name in changes[line] if (value := before[line][field_name])}
        target = target_of(tables, field)
        if ids and target is not None:
            shown[field_name] = find_names(run, target, sorted(ids))

    def show_before(line: Line, field_name: str) -> str | None:
        value = before[line][field_name]
        return shown.get(field_name, {}).get(value) or _show(table, field_name, value, before[line])

    def show_after(line: Line, field_name: str) -> str | None:
        value = changes[line][field_name]
        if isinstance(table.fields[field_name], Link):
            return line.texts[field_name]
        return _show(table, field_name, value, {**before[line], **line.values})

    return [
        Update(
            line.number,
            line.id,
            {field: (show_before(line, field), show_after(line, field)) for field in changes[line]},
        )
        for line in lines
    ]


def _show(table: Table, field_name: str, value: Any, record: Mapping[str, Any]) -> str | None:
    field = table.fields[field_name]
    if value is not None and isinstance(field, Money):
        return format_amount(f"{Decimal(value):.3f}", record[field.currency_field])
    return None if value is None else str(value)


def _same(current: Any, value: Any) -> bool:
    if isinstance(value, Decimal) and current is not None:
        return Decimal(current) == value
    return bool(current == value)


@lru_cache(256)
def _by_key(table: Table, branches: tuple[str, ...], names: tuple[str, ...], key: str) -> str:
    wanted = SQL("{} = ANY(%s::{}[])").format(name(key), SQL(table.fields[key].sql_type))
    parts = [
        SQL("SELECT {} FROM {} WHERE {}").format(columns(names), name(f"{table.name}_{branch}"), wanted)
        for branch in branches
    ]
    return text(SQL(" UNION ALL ").join(parts))
