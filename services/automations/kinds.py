"""What each kind of job does, in one transaction of its principal, so that one that was broken off is done again."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from services.automations.acting import Acting, reading_for
from services.automations.tools import Tools
from services.records.changes import Progress, undo_change_set
from services.records.exporting.engine import export_records
from services.records.import_args import ANSWER_BYTES, fit_report, read_options, refuse_lines
from services.records.importing.engine import import_file
from services.records.importing.refusals import write_refusals
from services.records.importing.wire import report_as_json
from services.records.transfers import check_may_import, export_key, parse_query, upload_key
from services.registry import TABLES
from services.shared.files import MAX_FILE_BYTES

__all__ = ["CONFLICTS_KEPT", "Work", "make_kinds", "undo"]

Work = Callable[[Acting, Mapping[str, Any], Progress], dict[str, Any]]
"""Does a job of these args in its transaction, and gives its result."""

CONFLICTS_KEPT = 1_000
ENTRIES_KEPT = 1_000
"""Of each list of an import's report; all refusals are in a file where there are more."""


def undo(acting: Acting, args: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Takes the change set args["change_set"] back."""
    undone = undo_change_set(acting, args["change_set"], skip_conflicts=args["skip_conflicts"], progress=progress)
    return {
        "undone": args["change_set"],
        "conflicts": undone.conflicts[:CONFLICTS_KEPT],
        "conflict_count": len(undone.conflicts),
        "hidden": undone.hidden,
    }


def import_upload(tools: Tools, acting: Acting, args: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Puts the lines of an uploaded file into a table; without args["apply"] says what would happen.

    Raises Invalid with the report when lines can't go in that were to.
    """
    table = TABLES[args["table"]]
    check_may_import(table, acting.identity)
    with tools.files.get(upload_key(acting.identity.principal_id, args["file"])) as content:
        report = import_file(
            acting,
            TABLES,
            table,
            content,
            options=read_options(args),
            settings=tools.settings,
            apply=args["apply"],
            progress=progress,
        )
    told = fit_report(report_as_json(table, report, most=ENTRIES_KEPT), ANSWER_BYTES)
    if len(told["refusals"]) < len(report.refused):
        with tempfile.TemporaryFile() as file:
            write_refusals(report, file)
            if file.tell() <= MAX_FILE_BYTES:
                tools.files.put(export_key(acting.job.id), file)
                told["name"] = _file_name(f"{table.name}-refused", "csv")
    if args["apply"]:
        refuse_lines(report, told)
    return told


def export_table(tools: Tools, acting: Acting, args: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Writes the records that the principal sees into a file of the store, from a replica where there is one.

    The file is kept before the job is done, under the job's own name: a second attempt puts the same in its place.
    """
    table = TABLES[args["table"]]
    with tempfile.TemporaryFile() as file:
        with reading_for(tools.replica, acting) as run:
            query = parse_query(table, args)
            records = export_records(run, TABLES, table, query, format=args["format"], out=file, progress=progress)
        size_bytes = file.tell()
        tools.files.put(export_key(acting.job.id), file)
    return {"name": _file_name(table.name, args["format"]), "records": records, "size_bytes": size_bytes}


def _file_name(what: str, ending: str) -> str:
    return f"{what}-{time.strftime('%Y-%m-%d', time.gmtime())}.{ending}"


def make_kinds(tools: Tools) -> Mapping[str, Work]:
    """Kind of job -> what does it."""
    return {"undo": undo, "import": partial(import_upload, tools), "export": partial(export_table, tools)}
