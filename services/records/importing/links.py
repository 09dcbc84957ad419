"""Names in a file as records of other tables: exactly, else in another case if just one is alike; and near matches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from psycopg2.sql import SQL

from services.records.errors import translated
from services.records.fields import Choice, Link, RecordField
from services.records.importing.cells import Line, shorten
from services.records.importing.columns import find_near
from services.records.importing.report import Findings, Unknown
from services.records.sql import columns, name, text
from services.records.table import Table
from services.shared.caller import Runner

__all__ = [
    "Found",
    "batches",
    "find_by_name",
    "find_names",
    "is_id",
    "propose",
    "refuse_unlisted",
    "report_unknown",
    "resolve_links",
    "target_of",
]

BATCH = 1_000
PROPOSED_VALUES = 50
"""Near matches are looked for of so many values of a field: somebody who has more has mapped a wrong column."""
LONGEST_NAME = 400
_ALIKE = "{0} %% %s ORDER BY {0} <-> %s LIMIT 20"
_ID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_EXACT = "{0} = ANY(%s::text[])"
_IDS = "id = ANY(%s::uuid[])"
_ANY_CASE = "lower({0}) = ANY(%s::text[])"
T = TypeVar("T")


Names = dict[str, dict[str, str | None]]
"""Field -> text -> what stands for it in the record, None when nothing does."""
Unlisted = dict[tuple[Table, str], dict[str, list[Line]]]
"""Table of options and field -> option that it has not got -> lines that have it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The record that a name stands for, and its own spelling of it."""

    id: str
    spelling: str


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The items in pieces of a size that suits one statement."""
    rest = iter(items)
    while piece := list(islice(rest, size)):
        yield piece


def target_of(tables: Mapping[str, Table], field: RecordField) -> Table | None:
    """The table whose natural key the field's values are, if they are any's."""
    linked = field.to if isinstance(field, Link) else field.options_from if isinstance(field, Choice) else None
    target = tables.get(linked) if linked else None
    return target if target is not None and target.natural_key else None


def resolve_links(
    run: Runner, tables: Mapping[str, Table], table: Table, lines: Sequence[Line], findings: Findings
) -> tuple[Names, Unlisted]:
    """What stands for the names in links to other tables: ids, and for options their list's spelling.

    A link that isn't found is refused. An option that isn't found is not: refuse_unlisted knows it later from one that
    its record has already.
    """
    names: Names = {}
    unlisted: Unlisted = {}
    for field_name, field in table.writable.items():
        target = target_of(tables, field)
        if not lines or field_name not in lines[0].texts or target is None or target is table:
            continue
        found, unknown = _resolve(run, target, field_name, field, lines)
        names[field_name] = found
        if isinstance(field, Choice):
            unlisted[target, field_name] = unknown
        else:
            missing = {value: [line.number for line in having] for value, having in unknown.items()}
            report_unknown(run, target, field_name, missing, findings=findings)
    return names, unlisted


def _resolve(
    run: Runner, target: Table, field_name: str, field: RecordField, lines: Sequence[Line]
) -> tuple[dict[str, str | None], dict[str, list[Line]]]:
    """What stands for each value, None for a link that isn't found; and the values that aren't, with their lines."""
    values = {value for line in lines if (value := line.texts[field_name]) is not None}
    by_name = find_by_name(run, target, values)
    linked = isinstance(field, Link)
    found: dict[str, str | None] = {
        value: (known.id if linked else known.spelling) if known else value if not linked or is_id(value) else None
        for value in values
        for known in (by_name.get(value),)
    }
    unknown: dict[str, list[Line]] = {}
    for line in lines:
        value = line.texts[field_name]
        if value is not None and (found[value] is None or (not linked and value not in by_name)):
            unknown.setdefault(value, []).append(line)
    return found, unknown


def refuse_unlisted(run: Runner, unlisted: Unlisted, findings: Findings) -> None:
    """Refuses the lines with an option that no list has, but for those whose record has it from earlier times."""
    for (target, field_name), values in unlisted.items():
        missing = {
            value: [line.number for line in lines if line.current is None or line.current[field_name] != value]
            for value, lines in values.items()
        }
        wrong = {value: numbers for value, numbers in missing.items() if numbers}
        report_unknown(run, target, field_name, wrong, findings=findings)


def is_id(value: str) -> bool:
    """Whether a value may be a record's id, which an export has where the name is not for the caller to see."""
    return bool(_ID.fullmatch(value))


def find_by_name(run: Runner, target: Table, names: Iterable[str]) -> dict[str, Found]:
    """The records that the caller sees by natural key: exactly, else in any case where just one is alike."""
    wanted = sorted(value for value in names if len(value) <= LONGEST_NAME)
    found: dict[str, Found] = {}
    for piece in batches(wanted):
        for record_id, key in _look_up(run, target, _EXACT, piece):
            found[key] = Found(record_id, key)
    for piece in batches([value for value in wanted if value not in found]):
        alike: dict[str, list[Found]] = {}
        for record_id, key in _look_up(run, target, _ANY_CASE, [v.lower() for v in piece]):
            alike.setdefault(key.lower(), []).append(Found(record_id, key))
        for value in piece:
            candidates = alike.get(value.lower(), [])
            if len(candidates) == 1:
                found[value] = candidates[0]
    return found


def find_names(run: Runner, target: Table, ids: Sequence[str]) -> dict[str, str]:
    """The natural keys of the records among these that the caller sees."""
    return {record_id: key for piece in batches(ids) for record_id, key in _look_up(run, target, _IDS, piece)}


def propose(run: Runner, target: Table, value: str, more: Iterable[str] = ()) -> tuple[str, ...]:
    """Names that the caller sees and that look like a value, the nearest first; `more` are candidates, too."""
    if len(value) > LONGEST_NAME:
        return ()
    near = [key for _, key in _look_up(run, target, _ALIKE, value, value)]
    return tuple(find_near(value, [*near, *more]))


def report_unknown(
    run: Runner,
    target: Table,
    field_name: str,
    missing: Mapping[str, Sequence[int]],
    *,
    findings: Findings,
    more: Sequence[str] = (),
) -> None:
    """Refuses the lines of values that stand for no record, and says which ones are near."""
    for place, (value, numbers) in enumerate(missing.items()):
        near = propose(run, target, value, more) if place < PROPOSED_VALUES else ()
        findings.unknown.append(Unknown(field_name, value, tuple(numbers), near))
        for number in numbers:
            findings.refuse(number, field_name, f"There is no {target.singular} {shorten(value)!r}.")


def _look_up(run: Runner, target: Table, condition: str, *values: Any) -> list[tuple[str, str]]:
    def build(role: str) -> tuple[str, Sequence[Any]]:
        branches = target.branches(role)
        return _statement(target, branches, condition), list(values) * len(branches)

    with translated(target):
        return [(row[0], row[1]) for row in run.run_for_role(build)]


@lru_cache(256)
def _statement(target: Table, branches: tuple[str, ...], condition: str) -> str:
    assert target.natural_key is not None  # target_of gives no other
    parts = [
        SQL("(SELECT {} FROM {} WHERE {})").format(
            columns(("id", target.natural_key)),
            name(f"{target.name}_{branch}"),
            SQL(condition).format(name(target.natural_key)),
        )
        for branch in branches
    ]
    return text(SQL(" UNION ALL ").join(parts))
