"""Cells as values: replaced, blanked, dates and choices in our spelling, and read by the same fields as every door."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from services.records.fields import Boolean, Choice, Date, Integer, Money, RecordField
from services.records.importing.columns import Columns, find_near, short_name
from services.records.importing.dates import DateOrder, find_order, to_iso
from services.records.importing.options import Options
from services.records.importing.report import Findings, Unknown
from services.records.importing.sheet import Sheet
from services.records.table import Table
from services.shared.errors import Invalid

__all__ = ["Line", "read_lines", "read_values", "shorten"]

_TRUTH = {**dict.fromkeys(("true", "yes", "y", "1"), "true"), **dict.fromkeys(("false", "no", "n", "0"), "false")}
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}([,' \u00a0\u202f.][0-9]{3})+([.,][0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_ORDERS: dict[DateOrder, str] = {"MDY": "month/day/year", "DMY": "day/month/year"}
_NOTHING = frozenset({"null", "none", "nil", "n/a", "na", "-", "\\n"})
"""What other programs write for no value, in lower case."""


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
        if given.faults and _refuse_faults(given.number, given.faults, columns, findings):
            continue
        texts = {name: _clean(given.cells[place], options.null) for name, place in columns.places.items()}
        lines.append(Line(given.number, texts))
    _note_nulls(table, lines, columns, options, findings)
    _replace(table, lines, columns, options, findings)
    for name in columns.places:
        _convert(table, name, lines, findings)
    _convert_dates(table, lines, columns, options, findings)
    return lines


def read_values(
    fields: Mapping[str, RecordField], line: Line, names: Mapping[str, Mapping[str, str | None]], findings: Findings
) -> None:
    """Reads a line's texts as a PATCH would be; what can't be read is refused in the words of files.

    names: field -> text -> what stands for it, None when nothing does, which has been refused. All that can be read
    is: by its key, other lines may refer to this one.
    """
    for name, known in fields.items():
        text = line.texts[name]
        if text is None:
            # A blank cell of a field that is never empty names no value: a new record gets the default.
            if known.nullable:
                line.values[name] = None
            elif known.default is None:
                findings.refuse(line.number, name, "This is required.")
            continue
        value = names[name][text] if name in names else text
        if value is not None:
            try:
                line.values[name] = known.read(value)
            except ValidationError as error:
                findings.refuse(line.number, name, _explain(known, text, str(error.messages[0])))


def shorten(text: str) -> str:
    """A value as a message quotes it."""
    return f"{text[:60]}…" if len(text) > 60 else text


def _clean(cell: str, null: str | None) -> str | None:
    text = cell.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return None if not text or text == null else text


def _refuse_faults(number: int, faults: Mapping[int, str], columns: Columns, findings: Findings) -> bool:
    """Whether a column that is wanted has a cell without a value."""
    found = [(name, faults[place]) for name, place in columns.places.items() if place in faults]
    for name, reason in found:
        findings.refuse(number, name, reason)
    return bool(found)


def _note_nulls(table: Table, lines: list[Line], columns: Columns, options: Options, findings: Findings) -> None:
    if options.null is not None:
        return
    for name in columns.places:
        count = sum(1 for line in lines if line.texts[name] == "NULL")
        if count:
            findings.notes.append(
                f"The {short_name(table, name)} is the text NULL on {count:,} line{'' if count == 1 else 's'}; "
                "the option null=NULL would read it as no value."
            )


def _replace(table: Table, lines: list[Line], columns: Columns, options: Options, findings: Findings) -> None:
    for replacement in options.replacements:
        name = columns.get_field(table, replacement.field, "replace")
        values = {text for line in lines if (text := line.texts[name]) is not None}
        old, new = replacement.split(values)
        if old not in values:
            findings.notes.append(f"No line has the {short_name(table, name)} {old!r} that was to be replaced.")
        for line in lines:
            if line.texts[name] == old:
                line.texts[name] = _clean(new, options.null)


def _convert(table: Table, name: str, lines: list[Line], findings: Findings) -> None:
    """Brings a column into the spelling that its field reads."""
    known = table.fields[name]
    if isinstance(known, Boolean):
        for line in lines:
            text = line.texts[name]
            line.texts[name] = None if text is None else _TRUTH.get(text.casefold(), text)
    elif isinstance(known, Choice) and known.options:
        _choose(name, known, lines, findings)


def _convert_dates(table: Table, lines: list[Line], columns: Columns, options: Options, findings: Findings) -> None:
    """Brings the dates into ISO's form. A column that leaves the order open is like the others of its file."""
    names = [name for name in columns.places if isinstance(table.fields[name], Date)]
    found = {name: find_order(text for line in lines if (text := line.texts[name]) is not None) for name in names}
    clear = {name: order for name, order in found.items() if order is not None and order != "any"}
    for name in names:
        order = options.dates or clear.get(name) or ("MDY" if found[name] == "any" else None)
        if order is None and len(set(clear.values())) == 1:
            like, order = next(iter(clear.items()))
            findings.notes.append(f"The dates for {name} are read like those for {like}: {_ORDERS[order]}.")
        if order is None:
            raise Invalid(
                f"The dates for {name} may be {' or '.join(_ORDERS.values())}. Choose with dates=MDY or dates=DMY.",
                errors=[{"field": name, "message": "Month or day first? The dates don't tell."}],
            )
        for line in lines:
            text = line.texts[name]
            line.texts[name] = None if text is None else to_iso(text, order)


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


def _explain(known: RecordField, text: str, message: str) -> str:
    hint = ""
    if text.casefold() in _NOTHING:
        hint = f" If that stands for no value, give the option null={text}."
    elif isinstance(known, Integer | Money):
        hint = _number_hint(text)
    return f"{message} The file has {shorten(text)!r}.{hint}"


def _number_hint(text: str) -> str:
    if any(unicodedata.category(character) == "Sc" for character in text[:20]):
        return " Write the number alone, without a currency sign."
    if _GROUPED.fullmatch(text):
        return " Write it without separators between thousands."
    return " Write a decimal point." if _COMMA.fullmatch(text) else ""
