"""Lines that refer to other lines of their file: found in any order, put parents first, refused in a circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.records.importing.cells import Line
from services.records.importing.links import find_by_name, is_id, report_unknown, target_of
from services.records.importing.report import Findings
from services.records.table import Table
from services.shared.caller import Runner

__all__ = ["link_lines", "parents_first"]


def link_lines(
    run: Runner, tables: Mapping[str, Table], table: Table, lines: Sequence[Line], findings: Findings
) -> None:
    """Sets the links to the table itself: to a line of the file, else to a record, by natural key."""
    for field_name, field in table.links.items():
        if target_of(tables, field) is table and lines and field_name in lines[0].texts:
            _link_field(run, table, field_name, lines, findings)


def _link_field(run: Runner, table: Table, field_name: str, lines: Sequence[Line], findings: Findings) -> None:
    assert table.natural_key is not None  # target_of gives no other
    named = {key: line for line in lines if (key := line.values.get(table.natural_key)) is not None}
    folded: dict[str, list[Line]] = {}
    for key, line in named.items():
        folded.setdefault(key.lower(), []).append(line)
    wanted = {text for line in lines if (text := line.texts[field_name]) is not None and text not in named}
    found = find_by_name(run, table, wanted)
    missing: dict[str, list[int]] = {}
    for line in lines:
        text = line.texts[field_name]
        alike = folded.get(text.lower(), []) if text is not None else []
        parent = named.get(text) if text is not None else None
        if parent is None and text not in found and len(alike) == 1:
            parent = alike[0]
        if text is None:
            line.values[field_name] = None
        elif parent is not None:
            line.values[field_name] = parent.id
            line.parents.append(parent)
        elif text in found:
            line.values[field_name] = found[text].id
        elif is_id(text):
            line.values[field_name] = text.lower()
        else:
            missing.setdefault(text, []).append(line.number)
    report_unknown(run, table, field_name, missing, findings=findings, more=list(named))


def parents_first(lines: Sequence[Line], findings: Findings) -> list[Line]:
    """The lines in their order, but each after the lines that it refers to. Refuses those that go in a circle."""
    ordered: list[Line] = []
    done: set[Line] = set()
    for line in lines:
        if line not in done:
            _walk(line, ordered, done, findings)
    return ordered


def _walk(start: Line, ordered: list[Line], done: set[Line], findings: Findings) -> None:
    """Depth first, by hand: a file may have a chain longer than Python's stack."""
    path = {start: iter(start.parents)}  # in the order in which they were entered
    while path:
        line = next(reversed(path))
        parent = next((p for p in path[line] if p not in done), None)
        if parent is None:
            del path[line]
            done.add(line)
            ordered.append(line)
        elif parent in path:
            entered = list(path)
            _refuse_circle(entered[entered.index(parent) :], findings)
        else:
            path[parent] = iter(parent.parents)


def _refuse_circle(circle: Sequence[Line], findings: Findings) -> None:
    numbers = sorted(line.number for line in circle)
    if len(numbers) == 1:
        findings.refuse(numbers[0], None, "This line refers to itself.")
        return
    listed = f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
    for number in numbers:
        findings.refuse(number, None, f"Lines {listed} refer to each other in a circle.")
