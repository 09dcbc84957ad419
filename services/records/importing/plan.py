"""What each line comes to: a new record, a changed one, none, or a refusal. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.records.fields import Boolean, Link, LongText, Money, RecordField, Timestamp
from services.records.importing.cells import Line, read_values, shorten
from services.records.importing.columns import Columns, short_name
from services.records.importing.existing import Key, changed_fields, find_existing
from services.records.importing.family import link_lines, parents_first
from services.records.importing.links import refuse_unlisted, resolve_links, target_of
from services.records.importing.report import Findings
from services.records.table import Table
from services.shared.caller import Runner
from services.shared.errors import BadRequest

__all__ = ["Plan", "choose_key", "make_plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The lines to write, parents first; lines that were refused are among them, for what they are referred to by."""

    creates: list[Line]
    updates: list[Line]
    unchanged: list[Line]
    repeated: int


def choose_key(tables: Mapping[str, Table], table: Table, columns: Columns, given: Sequence[str]) -> tuple[str, ...]:
    """The fields that tell a record from others. Raises BadRequest when there are none, or they have no column."""
    if not given and table.natural_key is None:
        raise BadRequest(f"{table.label} have no key of their own: say by which fields to tell them apart (key=FIELD).")
    if not given and table.natural_key not in columns.places:
        raise BadRequest(
            f"{table.label} are told apart by the field {table.natural_key}, and no column is mapped to it. "
            f"Map one with COLUMN:{table.natural_key}, or name another key (key=FIELD)."
        )
    named = [columns.get_field(table, text, "key") for text in given or [str(table.natural_key)]]
    key = tuple(dict.fromkeys(named))
    for name in key:
        field = table.fields[name]
        if isinstance(field, Money | Boolean | LongText | Timestamp) or (
            name != "id" and _is_own(tables, table, field)
        ):
            raise BadRequest(f"key: the field {short_name(table, name)} can't tell records apart.")
    return key


def make_plan(
    run: Runner,
    tables: Mapping[str, Table],
    table: Table,
    lines: Sequence[Line],
    *,
    key: tuple[str, ...],
    findings: Findings,
) -> Plan:
    """Reads the lines' values, finds their records and the records that they refer to."""
    names, unlisted = resolve_links(run, tables, table, lines, findings)
    fields = _fields_to_read(tables, table, lines)
    for line in lines:
        read_values(fields, line, names, findings)
    kept = _unrepeated(table, lines, key, findings)
    _find_records(run, table, list(kept.values()), key, findings)
    refuse_unlisted(run, unlisted, findings)
    link_lines(run, tables, table, list(kept.values()), findings)
    ordered = parents_first(list(kept.values()), findings)
    creates = [line for line in ordered if line.current is None]
    known = [line for line in ordered if line.current is not None]
    updates = [line for line in known if changed_fields(line)]
    for line in creates if "id" not in key else ():
        _require(table, line, findings)
    unchanged = [line for line in known if not changed_fields(line)]
    counted = set(ordered)
    repeated = sum(1 for line in lines if line not in counted and line.number not in findings.lines)
    return Plan(creates, updates, unchanged, repeated)


def _fields_to_read(tables: Mapping[str, Table], table: Table, lines: Sequence[Line]) -> dict[str, RecordField]:
    """The fields that have a column, but for links to the table itself, which may name another line."""
    return {
        name: field
        for name, field in table.fields.items()
        if lines and name in lines[0].texts and (name == "id" or not _is_own(tables, table, field))
    }


def _is_own(tables: Mapping[str, Table], table: Table, field: RecordField) -> bool:
    return isinstance(field, Link) and target_of(tables, field) is table


def _key_of(line: Line, key: tuple[str, ...]) -> Key | None:
    values = tuple(line.values.get(name) for name in key)
    return None if None in values else values


def _unrepeated(table: Table, lines: Sequence[Line], key: tuple[str, ...], findings: Findings) -> dict[Key, Line]:
    """The first line of each key; another one with other values is refused, as is one without its key."""
    kept: dict[Key, Line] = {}
    for line in lines:
        values = _key_of(line, key)
        if values is None:
            blank = [name for name in key if name in line.texts and line.texts[name] is None]
            for name in blank:
                if table.fields[name].nullable:
                    findings.refuse(line.number, name, "This is the key; a line needs it.")
            continue
        first = kept.setdefault(values, line)
        other = _differences(first, line)
        if other:
            names = " and ".join(table.fields[name].label.lower() for name in other)
            shown = ", ".join(shorten(line.texts[name] or "") for name in key)
            findings.refuse(
                line.number,
                other[0],
                f"Lines {first.number} and {line.number} both have {shown!r}, with another {names}.",
            )
    return kept


def _differences(first: Line, second: Line) -> list[str]:
    if first is second:
        return []
    return [
        name
        for name, text in first.texts.items()
        if (first.values[name] != second.values.get(name) if name in first.values else text != second.texts[name])
    ]


def _find_records(run: Runner, table: Table, lines: Sequence[Line], key: tuple[str, ...], findings: Findings) -> None:
    """Gives each line its record, or the id that its new record will have."""
    keys = {line: values for line in lines if (values := _key_of(line, key)) is not None}
    fields = list(lines[0].texts) if lines else []
    amounts = [field for name in fields if isinstance(field := table.fields[name], Money)]
    fields += [amount.currency_field for amount in amounts]  # an amount is shown as its currency writes it
    found = find_existing(run, table, key, list(keys.values()), fields)
    fresh = []
    for line, values in keys.items():
        records = found.get(values, [])
        if len(records) > 1:
            findings.refuse(
                line.number, key[0], f"{len(records)} records have this key: name a key that tells them apart."
            )
        if records:
            line.current, line.id = records[0], records[0]["id"]
        elif "id" in key:
            findings.refuse(line.number, "id", "There is no such record.")
        else:
            fresh.append(line)
    if fresh:
        rows = run.run("SELECT skep.uuid7() FROM generate_series(1, %s)", (len(fresh),))
        for line, row in zip(fresh, rows, strict=True):
            line.id = row[0]


def _require(table: Table, line: Line, findings: Findings) -> None:
    for name, field in table.writable.items():
        if field.required and name not in line.texts:
            findings.refuse(line.number, name, "This is required, and no column is mapped to it.")
