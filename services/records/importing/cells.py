"""Cells as values: replaced, blanked, dates and choices in our spelling, and read by the same fields as every door."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.records.fields import Boolean, Choice, Date, Integer, Money, RecordField
from services.records.importing.columns import Columns, find_near, short_name
from services.records.importing.dates import find_order, to_iso
from services.records.importing.options import Options
from services.records.importing.report import Findings, Unknown
from services.records.importing.sheet import Sheet
from services.records.store import read_body
from services.records.table import Table
from services.shared.errors import Invalid

__all__ = ["Line", "read_lines", "read_values", "shorten"]

_TRUTH = {**dict.fromkeys(("true", "yes", "y", "1"), "true"), **dict.fromkeys(("false", "no", "n", "0"), "false")}
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}([,' \u00a0\u202f.][0-9]{3})+([.,][0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_SIGNED = re.compile(r"[+-]?[^\w\s.,+-]\s?[0-9]|[0-9]\s?[^\w\s.,+-]$")


@dataclass(slots=True, eq=False)
class Line:
    """One line on its way. texts: field -> cell as read, None when blank; values: as Postgres takes them.

    id: its record's, made beforehand for a new one; current: the record as it is, None for a new one.
    parents: the lines of this file whose records it refers to.
    """

    number: int
    texts: dict[str, str | None]
    values: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    current: Mapping[str, Any] | None = None
    parents: list[Line] = field(default_factory=list)


def read_lines(table: Table, sheet: Sheet, columns: Columns, options: Options, findings: Findings) -> list[Line]:
    """The lines with as many cells as headings; the others are refused. Raises BadRequest, Invalid (dates)."""
    lines = []
    for given in sheet.lines:
        if len(given.cells) != len(sheet.headings):
            findings.refuse(
                given.number,
                None,
                f"This line has {len(given.cells)} cells, but there are {len(sheet.headings)} headings. "
                "Is a delimiter or a line break within a value not in quotes?",
            )
            continue
        texts = {name: _clean(given.cells[place], options.null) for name, place in columns.places.items()}
        lines.append(Line(given.number, texts))
    _replace(table, lines, columns, options, findings)
    for name in columns.places:
        _convert(table, name, lines, options, findings)
    return lines


def read_values(table: Table, line: Line, body: Mapping[str, Any], findings: Findings) -> None:
    """Reads a line's body as a PATCH would be; what can't be read is refused in the words of files."""
    try:
        line.values = read_body(table, dict(body), partial=True)
    except Invalid as error:
        wrong = {problem["field"]: problem["message"] for problem in error.errors}
        for name, message in wrong.items():
            findings.refuse(line.number, name, _explain(table.fields[name], line.texts.get(name), message))
        # The rest is read all the same: by its key, other lines may refer to this one.
        rest = {name: value for name, value in body.items() if name not in wrong}
        line.values = read_body(table, rest, partial=True)


def shorten(text: str) -> str:
    """A value as a message quotes it."""
    return f"{text[:60]}…" if len(text) > 60 else text


def _clean(cell: str, null: str | None) -> str | None:
    text = cell.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return None if not text or text == null else text


def _replace(table: Table, lines: list[Line], columns: Columns, options: Options, findings: Findings) -> None:
    for replacement in options.replacements:
        name = columns.get_field(table, replacement.field, "--replace")
        values = {text for line in lines if (text := line.texts[name]) is not None}
        old, new = replacement.split(values)
        if old not in values:
            findings.notes.append(f"No line has the {short_name(table, name)} {old!r} that was to be replaced.")
        for line in lines:
            if line.texts[name] == old:
                line.texts[name] = _clean(new, options.null)


def _convert(table: Table, name: str, lines: list[Line], options: Options, findings: Findings) -> None:
    """Brings a column into the spelling that its field reads."""
    known = table.fields[name]
    change: Callable[[str], str]
    if isinstance(known, Date):
        texts = [text for line in lines if (text := line.texts[name]) is not None]
        order = options.dates or find_order(texts)
        if order is None:
            raise Invalid(
                f"The dates for {name} may be month/day/year or day/month/year. Choose with --dates MDY or --dates DMY.",
                errors=[{"field": name, "message": "Month or day first? The dates don't tell."}],
            )
        found = order

        def change(text: str) -> str:
            return to_iso(text, found)
    elif isinstance(known, Boolean):

        def change(text: str) -> str:
            return _TRUTH.get(text.casefold(), text)
    elif isinstance(known, Choice) and known.options:
        _choose(name, known, lines, findings)
        return
    else:
        return
    for line in lines:
        text = line.texts[name]
        line.texts[name] = None if text is None else change(text)


def _choose(name: str, known: Choice, lines: list[Line], findings: Findings) -> None:
    spellings = {option.casefold(): option for option in known.options}
    missing: dict[str, list[int]] = {}
    for line in lines:
        text = line.texts[name]
        if text is not None:
            line.texts[name] = spellings.get(text.casefold(), text)
            if text.casefold() not in spellings:
                missing.setdefault(text, []).append(line.number)  # the field itself refuses the line
    for text, numbers in missing.items():
        findings.unknown.append(Unknown(name, text, tuple(numbers), tuple(find_near(text, known.options))))


def _explain(known: RecordField, text: str | None, message: str) -> str:
    if text is None:
        return message
    quoted = f"{message} The file has {shorten(text)!r}."
    if not isinstance(known, Integer | Money):
        return quoted
    if _SIGNED.match(text):
        return f"{quoted} Write the number alone, without a currency sign."
    if _GROUPED.fullmatch(text):
        return f"{quoted} Write it without separators between thousands."
    if _COMMA.fullmatch(text):
        return f"{quoted} Write a decimal point."
    return quoted
