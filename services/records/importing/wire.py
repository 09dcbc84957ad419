"""The report of an import as JSON, for whoever can't read our objects."""

from __future__ import annotations

from typing import Any

from services.records.importing.report import Report, Unknown, Update
from services.records.table import Table

__all__ = ["report_as_json"]


def report_as_json(table: Table, report: Report, *, most: int | None = None) -> dict[str, Any]:
    """What REST shows of a report: the counts, then lists of at most `most` entries, all of them when None.

    refused counts lines, refusal_count reasons; columns: in the file's order; change_set: null when nothing was kept.
    """
    return {
        "lines": report.lines,
        "created": report.created,
        "updated": len(report.updated),
        "unchanged": report.unchanged,
        "repeated": report.repeated,
        "refused": report.refused_lines,
        "columns": [
            {"heading": heading, "field": field, "label": table.fields[field].label}
            for heading, field in report.columns
        ],
        "ignored": list(report.ignored),
        "notes": list(report.notes),
        "updates": [_update(update) for update in report.updated[:most]],
        "refusals": [
            {"line": refusal.line, "field": refusal.field, "reason": refusal.reason}
            for refusal in report.refused[:most]
        ],
        "refusal_count": len(report.refused),
        "unknown": [_unknown(value, most) for value in report.unknown[:most]],
        "unknown_count": len(report.unknown),
        "change_set": report.change_set,
    }


def _update(update: Update) -> dict[str, Any]:
    changes = {field: {"before": before, "after": after} for field, (before, after) in update.changes.items()}
    return {"line": update.line, "id": update.record_id, "changes": changes}


def _unknown(value: Unknown, most: int | None) -> dict[str, Any]:
    return {
        "field": value.field,
        "value": value.value,
        "lines": list(value.lines[:most]),
        "line_count": len(value.lines),
        "proposals": list(value.proposals),
    }
