"""Names in a file as records of other tables: exactly, else in another case if just one is alike; and near matches."""

from __future__ import annotations

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

__all__ = ["Found", "batches", "find_by_name", "propose", "report_unknown", "resolve_links", "target_of"]

BATCH = 1_000
PROPOSED_VALUES = 50
"""Near matches are looked for of so many values of a field: somebody who has more has mapped a wrong column."""
LONGEST_NAME = 400
_ALIKE = "{0} %% %s ORDER BY {0} <-> %s LIMIT 20"
_EXACT = "{0} = ANY(%s::text[])"
_ANY_CASE = "lower({0}) = ANY(%s::text[])"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """The record that a name stands for, and its own spelling of it."""

    id: str
    spelling: str


def batches(items: Sequence[T], size: int = BATCH) -> Iterator[list[T]]:
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
) -> list[dict[str, Any]]:
    """Each line's body: the texts, with links to other tables as ids and options in their list's spelling.

    Left out are links to the table itself, which may name another line, and what isn't found, which is refused.
    """
    bodies: list[dict[str, Any]] = [dict(line.texts) for line in lines]
    for field_name, field in table.writable.items():
        target = target_of(tables, field)
        if not lines or field_name not in lines[0].texts or target is None:
            continue
        if target is table:
            for body in bodies:
                body.pop(field_name)
            continue
        wanted = {value for line in lines if (value := line.texts[field_name]) is not None}
        found = find_by_name(run, target, wanted)
        missing: dict[str, list[int]] = {}
        for line, body in zip(lines, bodies, strict=True):
            value = line.texts[field_name]
            if value is None:
                continue
            if value in found:
                body[field_name] = found[value].id if isinstance(field, Link) else found[value].spelling
            else:
                body.pop(field_name)
                missing.setdefault(value, []).append(line.number)
        report_unknown(run, target, field_name, missing, findings=findings)
    return bodies


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
