"""The import from end to end, for every door: a rehearsal and the real thing differ only in the commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from services.records.importing.cells import read_lines
from services.records.importing.columns import map_columns
from services.records.importing.existing import describe_updates
from services.records.importing.options import Options
from services.records.importing.plan import Plan, choose_key, make_plan
from services.records.importing.report import Findings, Report
from services.records.importing.sheet import read_sheet
from services.records.importing.writing import Progress, Writer
from services.records.table import Table
from services.shared.caller import Runner
from services.shared.settings import Settings

__all__ = ["import_file"]

SAVEPOINT, ROLL_BACK = "SAVEPOINT import", "ROLLBACK TO SAVEPOINT import"


def import_file(
    run: Runner,
    tables: Mapping[str, Table],
    table: Table,
    content: BinaryIO | bytes,
    *,
    options: Options,
    settings: Settings,
    apply: bool,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Imports a file's lines into a table as one change set, all or nothing; without `apply`, says what would happen.

    Raises BadRequest for options that don't fit the file, Invalid for a file that can't be read. A line that can't go
    in is no error but stands in the report, which then has no change set.
    """
    sheet = read_sheet(content, options.sheet)
    columns = map_columns(table, sheet.headings, options.columns, key=options.key)
    key = choose_key(tables, table, columns, options.key)
    findings = Findings(notes=sheet.notes)
    lines = read_lines(table, sheet, columns, options, findings)
    plan = make_plan(run, tables, table, lines, key=key, findings=findings)
    updates = describe_updates(run, tables, table, plan.updates)
    change_set = _write(run, plan, Writer(table, settings, findings, progress), keep=apply)
    created, unchanged = (
        sum(1 for line in lines if line.number not in findings.lines) for lines in (plan.creates, plan.unchanged)
    )
    return Report(
        lines=sheet.count,
        created=created,
        updated=tuple(update for update in updates if update.line not in findings.lines),
        unchanged=unchanged,
        repeated=plan.repeated,
        refused=tuple(sorted(findings.refused, key=lambda refusal: refusal.line)),
        unknown=tuple(findings.unknown),
        columns=columns.pairs,
        ignored=columns.ignored,
        notes=tuple(findings.notes),
        change_set=change_set,
    )


def _write(run: Runner, plan: Plan, writer: Writer, *, keep: bool) -> str | None:
    """The change set; None when nothing was to be written, or nothing was kept."""
    if not plan.creates and not plan.updates:
        return None
    with run.atomically() as transaction:
        change_set: str = transaction.run("SELECT (skep.me()).change_set", write=True)[0][0]
        transaction.run(SAVEPOINT, write=True)
        writer.write(transaction, plan)
        if keep and not writer.findings.lines:
            return change_set
        transaction.run(ROLL_BACK, write=True)  # and no more: a job's own row is written in the same transaction
    return None
