"""Writes a plan: new records by the thousand, changed ones one by one, and finds the line that Postgres refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

import orjson
from psycopg2.sql import SQL

from services.records.errors import translated
from services.records.importing.cells import Line
from services.records.importing.existing import changed_fields
from services.records.importing.links import batches
from services.records.importing.plan import Plan
from services.records.importing.report import Findings
from services.records.sql import columns, name, text
from services.records.store import complete_values, update_record
from services.records.table import Table
from services.shared.caller import Runner
from services.shared.errors import Conflict, Forbidden, InProgress, Invalid, NotFound, PreconditionFailed, SkepError
from services.shared.settings import Settings

__all__ = ["Progress", "Writer"]

ROWS = 1_000
SAVEPOINT, RELEASE = "SAVEPOINT line", "RELEASE SAVEPOINT line"
ROLL_BACK = "ROLLBACK TO SAVEPOINT line"
REFUSALS = (Invalid, Conflict, Forbidden, NotFound, PreconditionFailed)
"""What is wrong with a line. Anything else is wrong with the database, and ends the import."""

Progress = Callable[[int, int], None]
"""Is told how many of how many records have been written."""


Item = tuple[Line, dict[str, Any]]
Write = Callable[[Runner, Sequence[Item]], None]


class Writer:
    """Writes lines in a transaction, and goes on after a refused one, so that all refusals are found at once."""

    def __init__(self, table: Table, settings: Settings, findings: Findings, progress: Progress) -> None:
        self.findings = findings
        self._table, self._settings, self._progress = table, settings, progress
        self._done = self._total = 0

    def write(self, run: Runner, plan: Plan) -> None:
        """Writes what is not refused. Raises what is wrong with the database."""
        self._total = len(plan.creates) + len(plan.updates)
        for _, alike in groupby(self._ready(plan.creates), lambda item: tuple(item[1])):
            for piece in batches(alike, ROWS):
                self._together(run, piece, self._insert)
                self._advance(len(piece))
        for changed in batches(plan.updates, ROWS):
            self._together(run, [(line, changed_fields(line)) for line in changed], self._update)
            self._advance(len(changed))

    def _ready(self, lines: Sequence[Line]) -> Iterator[Item]:
        for line in lines:
            values = self._prepare(line)
            if values is not None:
                yield line, values
            else:
                self._advance(1)

    def _prepare(self, line: Line) -> dict[str, Any] | None:
        if line.number in self.findings.lines:
            return None
        try:
            return complete_values(self._table, {"id": line.id, **line.values}, self._settings)
        except Invalid as error:
            self._refuse(line, error)
            return None

    def _together(self, run: Runner, piece: Sequence[Item], write: Write) -> None:
        allowed = [item for item in piece if not self._blocked(item[0])]
        error = _attempt(run, allowed, write) if allowed else None
        if error is None:
            return
        if len(allowed) == 1:
            self._refuse(allowed[0][0], error)
            return
        # One of them is refused: it is found by halves, which may take long.
        self._progress(self._done, self._total)
        half = len(allowed) // 2
        self._together(run, allowed[:half], write)
        self._together(run, allowed[half:], write)

    def _insert(self, run: Runner, items: Sequence[Item]) -> None:
        statement = _insert_rows(self._table, tuple(items[0][1]))
        rows = orjson.dumps([values for _, values in items], default=str)  # an amount is a text to JSON
        with translated(self._table):
            run.run(statement, (rows.decode(),), write=True)

    def _update(self, run: Runner, items: Sequence[Item]) -> None:
        for line, values in items:
            assert line.current is not None  # only lines with a record are updates
            update_record(run, self._table, line.id, values, version=line.current["version"])

    def _blocked(self, line: Line) -> bool:
        if line.number in self.findings.lines:
            return True
        for parent in line.parents:
            if parent.current is None and parent.number in self.findings.lines:
                self.findings.refuse(line.number, None, f"It refers to line {parent.number}, which is refused.")
                return True
        return False

    def _refuse(self, line: Line, error: SkepError) -> None:
        for wrong in error.errors or [{"field": "", "message": error.detail}]:
            field, reason = wrong["field"] or None, wrong["message"]
            if isinstance(error, Conflict) and line.current is None and field == self._table.natural_key:
                reason = "A record that you can't see has this."
            self.findings.refuse(line.number, field, reason)

    def _advance(self, count: int) -> None:
        self._done += count
        self._progress(self._done, self._total)


def _attempt(run: Runner, items: Sequence[Item], write: Write) -> SkepError | None:
    """Writes the items, or none of them and gives why."""
    run.run(SAVEPOINT, write=True)
    try:
        write(run, items)
    except REFUSALS as error:
        if isinstance(error, InProgress):
            raise
        run.run(ROLL_BACK, write=True)
        return error
    run.run(RELEASE, write=True)
    return None


@lru_cache(64)
def _insert_rows(table: Table, given: tuple[str, ...]) -> str:
    """Takes the rows as one parameter: a thousand rows of parameters take Postgres as long to read as to write."""
    fields = [(n, table.fields[n]) for n in given]
    typed = SQL(", ").join([SQL("{} {}").format(name(n), SQL(field.sql_type)) for n, field in fields])
    return text(
        SQL("INSERT INTO {} ({}) SELECT {} FROM json_to_recordset(%s::json) AS given ({})").format(
            name(table.name), columns(given), columns(given), typed
        )
    )
