"""Reads a sheet of an XLSX workbook as a stream: rows under the numbers that the program shows, cells as texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from services.records.importing.package import Package
from services.records.importing.rows import RowsParser
from services.records.importing.sheet import SheetLine
from services.records.importing.workbook_parts import Book, open_book
from services.shared.errors import BadRequest, Invalid

__all__ = ["read_lines"]

SHOWN_MERGES = 3


def read_lines(content: BinaryIO, name: str | None, notes: list[str]) -> Iterator[SheetLine]:
    """The rows that are not blank of one sheet, the first one that has any unless it is named.

    Raises Invalid, TooLarge, or BadRequest when there is no sheet of that name.
    """
    package = Package(content)
    book = open_book(package)
    for title, part in _choose(book, name):
        parser = RowsParser(book)
        found = False
        for _ in package.parse(part, parser):
            rows, parser.rows = parser.rows, []
            found = found or bool(rows)
            yield from rows
        if found:
            _note(title, book, parser, notes)
            return


def _choose(book: Book, name: str | None) -> list[tuple[str, str]]:
    if name is None:
        return [(sheet.name, sheet.part) for sheet in book.sheets if not sheet.hidden]
    for sheet in book.sheets:
        if sheet.name.casefold() == name.strip().casefold():
            return [(sheet.name, sheet.part)]
    known = ", ".join(repr(sheet.name) for sheet in book.sheets[:20])
    if not book.sheets:
        raise Invalid("This workbook has no sheet.")
    raise BadRequest(f"There is no sheet {name[:80]!r} in the workbook. It has {known}.")


def _note(title: str, book: Book, parser: RowsParser, notes: list[str]) -> None:
    if len(book.sheets) > 1:
        notes.append(f"The sheet {title!r} was read; there are {len(book.sheets)} sheets in the workbook.")
    if parser.merges:
        shown = ", ".join(parser.merges[:SHOWN_MERGES]) + (", …" if parser.merged > SHOWN_MERGES else "")
        notes.append(f"Cells are merged ({shown}): only the first of each has the value, the others are blank.")
