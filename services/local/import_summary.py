"""The report of an import as lines of text."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from services.records.importing.columns import short_name
from services.records.importing.report import Report, Unknown
from services.records.table import Table

__all__ = ["summarize"]

SHOWN_REFUSALS, SHOWN_UPDATES, SHOWN_UNKNOWN, SHOWN_LINES, SHOWN_CHARACTERS = 20, 10, 20, 5, 60


def summarize(table: Table, file_name: str, report: Report, url: str, *, apply: bool) -> Iterator[str]:
    """What an import did, or would do: columns, counts, examples, refusals, proposals, and what to do next."""
    yield f"{file_name}: {_count(report.lines, 'line')} for {table.label}"
    yield from _columns(table, report)
    yield from (f"  Note: {note}" for note in report.notes)
    yield ""
    done = report.change_set is not None
    yield from _counts(report, done=done)
    yield from _updates(table, report)
    yield from _refusals(table, report)
    yield from _unknown(table, report.unknown)
    yield ""
    yield from _ending(report, url, apply=apply)


def _columns(table: Table, report: Report) -> Iterator[str]:
    pairs = ", ".join(f"{heading} → {short_name(table, field)}" for heading, field in report.columns)
    yield f"  Columns: {pairs}"
    if report.ignored:
        yield f"  Ignored: {', '.join(report.ignored)} (no such field; --map COLUMN:FIELD would use one)"


def _counts(report: Report, *, done: bool) -> Iterator[str]:
    would = "" if done else "would be "
    rows = [
        (report.created, f"{would}created"),
        (len(report.updated), f"{would}updated"),
        (report.unchanged, "unchanged"),
        (report.refused_lines, "refused"),
    ]
    width = max(len(f"{count:,}") for count, _ in rows)
    yield from (f"  {count:>{width},} {word}" for count, word in rows)
    if report.repeated:
        yield f"  ({_count(report.repeated, 'line')} repeated an earlier one and counted once)"


def _updates(table: Table, report: Report) -> Iterator[str]:
    if report.updated:
        yield ""
        yield "Updates:"
    for update in report.updated[:SHOWN_UPDATES]:
        changes = "; ".join(
            f"{table.fields[field].label}: {_value(before)} → {_value(after)}"
            for field, (before, after) in update.changes.items()
        )
        yield f"  line {update.line}: {changes}"
    yield from _more(len(report.updated) - SHOWN_UPDATES, "update")


def _refusals(table: Table, report: Report) -> Iterator[str]:
    grouped: dict[tuple[str | None, str], list[int]] = {}
    for refusal in report.refused:
        grouped.setdefault((refusal.field, refusal.reason), []).append(refusal.line)
    if grouped:
        yield ""
        yield "Refused:"
    for (field, reason), numbers in list(grouped.items())[:SHOWN_REFUSALS]:
        where = f" {short_name(table, field)}:" if field else ""
        yield f"  {_lines(numbers)}:{where} {reason}"
    yield from _more(len(grouped) - SHOWN_REFUSALS, "reason")


def _unknown(table: Table, unknown: Sequence[Unknown]) -> Iterator[str]:
    near = [value for value in unknown if value.proposals]
    if not near:
        return
    yield ""
    yield "Near matches, to choose from:"
    for value in near[:SHOWN_UNKNOWN]:
        field = short_name(table, value.field)
        yield f"  {field} {value.value[:SHOWN_CHARACTERS]!r} ({_count(len(value.lines), 'line')}):"
        for proposal in value.proposals:
            yield f"    --replace {shlex.quote(f'{field}:{value.value}={proposal}')}"
    yield from _more(len(near) - SHOWN_UNKNOWN, "value")


def _ending(report: Report, url: str, *, apply: bool) -> Iterator[str]:
    if report.change_set is not None:
        yield f"Done, as change set {report.change_set}."
        yield f"To undo it, sign in as an admin and open {url.rstrip('/')}/changes"
    elif report.refused:
        yield "Nothing was changed: an import goes in whole or not at all, and some lines are refused."
    elif apply:
        yield "Nothing was changed: all is there already."
    else:
        yield "Nothing was changed. Add --apply to do it."


def _lines(numbers: Sequence[int]) -> str:
    listed = ", ".join(str(number) for number in numbers[:SHOWN_LINES])
    rest = len(numbers) - SHOWN_LINES
    return f"{'line' if len(numbers) == 1 else 'lines'} {listed}{f' and {rest:,} more' if rest > 0 else ''}"


def _more(count: int, what: str) -> Iterator[str]:
    if count > 0:
        yield f"  … and {_count(count, f'more {what}')}"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _value(text: str | None) -> str:
    if text is None:
        return "(none)"
    return f"{text[:SHOWN_CHARACTERS]}…" if len(text) > SHOWN_CHARACTERS else text
