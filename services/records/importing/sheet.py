"""A file's headings and lines, whatever it is: CSV or XLSX, told apart by how it begins."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from itertools import chain
from typing import BinaryIO, Protocol

from services.shared.errors import Invalid, TooLarge

__all__ = ["MAX_BYTES", "Sheet", "SheetLine", "read_sheet"]

MAX_BYTES = 100_000_000
MAX_LINES = 200_000
"""As many take half a GB while they are compared and written, and some minutes of the quarter of an hour there is."""
MAX_COLUMNS = 1_000
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What Excel's files began with until 2007, and what those with a password still do."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line's cells. number: of the physical line on which it begins, or of the workbook's row, from 1.

    faults: place of a cell that has no value that could be read -> why.
    """

    number: int
    cells: tuple[str, ...]
    faults: Mapping[int, str] | None = None


@dataclass(slots=True)
class Sheet:
    """A file's lines below its headings, blank ones left out. A line may have more or fewer cells than headings.

    lines: can be gone through once, which is when they are read and counted.  notes: what is to be known of the file,
    complete when all lines have been read.
    """

    headings: tuple[str, ...]
    lines: Iterator[SheetLine]
    notes: list[str] = field(default_factory=list)
    count: int = 0


class _Reader(Protocol):
    def __call__(self, content: BinaryIO, name: str | None, notes: list[str]) -> Iterator[SheetLine]: ...


def read_sheet(content: BinaryIO | bytes, name: str | None = None) -> Sheet:
    """Opens a file of at most 100 MB, which can be read from any place; name: of the sheet of a workbook.

    A CSV is in UTF-8, or in UTF-16 or UTF-32 with a byte order mark; its delimiter is comma, semicolon or tab. Raises
    Invalid naming the line, or TooLarge; going through the lines does, too.
    """
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    if file.seek(0, io.SEEK_END) > MAX_BYTES:
        raise TooLarge(f"The file has more than {MAX_BYTES // 1_000_000} MB. Split it.")
    file.seek(0)
    notes: list[str] = []
    lines = _choose_reader(file)(file, name, notes)
    heading = next(lines, None)
    if heading is None:
        raise Invalid("The file is empty.")
    headings = _check_headings(heading)
    first = next(lines, None)
    if first is None:
        raise Invalid("The file has headings but no lines below them: there is nothing to import.")
    sheet = Sheet(headings, iter(()), notes)
    sheet.lines = _counted(sheet, chain([first], lines))
    return sheet


def _choose_reader(file: BinaryIO) -> _Reader:
    begin = file.read(8)
    file.seek(0)
    if begin == _OLE:
        raise Invalid(
            "This is a workbook of the old kind (.xls), or one with a password. Save it as XLSX without a password, "
            "or as CSV in UTF-8."
        )
    # Only here: what reads XML takes longer to load than a request lasts.
    # The names stand whole, since an image holds the modules that its code names.
    is_workbook = begin.startswith(_ZIP)
    module = "services.records.importing.workbook" if is_workbook else "services.records.importing.commas"
    reader: _Reader = import_module(module).read_lines
    return reader


def _counted(sheet: Sheet, lines: Iterator[SheetLine]) -> Iterator[SheetLine]:
    for line in lines:
        sheet.count += 1
        if sheet.count > MAX_LINES:
            raise TooLarge(f"The file has more than {MAX_LINES:,} lines. Split it.")
        yield line


def _check_headings(heading: SheetLine) -> tuple[str, ...]:
    headings = tuple(cell.strip() for cell in heading.cells)
    if len(headings) > MAX_COLUMNS:
        raise TooLarge(f"The file has {len(headings):,} columns; {MAX_COLUMNS:,} are allowed.")
    for place, text in enumerate(headings, 1):
        if heading.faults and place - 1 in heading.faults:
            raise Invalid(f"The heading of column {place} can't be read: {heading.faults[place - 1]}")
        if not text:
            raise Invalid(f"The heading of column {place} is empty (line {heading.number}).")
    seen: dict[str, int] = {}
    for place, text in enumerate(headings, 1):
        first = seen.setdefault(text.casefold(), place)
        if first != place:
            raise Invalid(f"Columns {first} and {place} have the same heading, {text[:80]!r} (line {heading.number}).")
    return headings
