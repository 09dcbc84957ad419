"""The rows of one sheet: cells put in their columns and made into texts, or into the reason why they have none."""

from __future__ import annotations

import re

from openpyxl.utils import get_column_letter

from services.records.importing.package import Parser
from services.records.importing.serials import as_date, as_number
from services.records.importing.sheet import MAX_COLUMNS, SheetLine
from services.records.importing.workbook_parts import MAX_CELL_CHARACTERS, MAX_ESCAPED_CHARACTERS, Book, unescape
from services.shared.errors import Invalid, TooLarge

__all__ = ["RowsParser"]

MAX_ROW = 1_048_576
MAX_CELLS = 5_000_000
MAX_CHARACTERS = 200_000_000
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_KEPT_MERGES = 10


class RowsParser(Parser):
    """Collects the rows that are not blank in `rows`, for whoever takes them away.

    merges: the first merged ranges; merged: how many there are.
    """

    def __init__(self, book: Book) -> None:
        self.rows: list[SheetLine] = []
        self.merges: list[str] = []
        self.merged = 0
        self._book = book
        self._row = self._column = 0
        self._width = self._cells = self._characters = 0
        self._found: dict[int, str] = {}
        self._faults: dict[int, str] = {}
        self._columns: dict[str, int] = {}
        self._kind, self._style = "n", 0
        self._formula = self._listens = self._phonetic = False
        self._pieces: list[str] = []
        self._length = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A row, a cell, or something in it."""
        if tag == "c":
            self._begin_cell(attributes)
        elif tag in {"v", "t"}:
            self._listens = not self._phonetic
        elif tag == "row":
            self._begin_row(attributes)
        elif tag == "f":
            self._formula = True
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "mergeCell":
            self.merged += 1
            if len(self.merges) < _KEPT_MERGES:
                self.merges.append(attributes.get("ref", "")[:40])

    def data(self, text: str) -> None:
        """A piece of a cell's value."""
        if self._listens:
            self._length += len(text)
            self._pieces.append(text)
            if self._length > MAX_ESCAPED_CHARACTERS:
                raise self._too_long()

    def end(self, tag: str) -> None:
        """The end of a row, a cell, or something in it."""
        if tag == "c":
            self._end_cell()
        elif tag in {"v", "t"}:
            self._listens = False
        elif tag == "row":
            self._end_row()
        elif tag == "rPh":
            self._phonetic = False

    def _begin_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        number = self._row + 1 if given is None else int(given) if given.isdecimal() and len(given) < 8 else 0
        if not self._row < number <= MAX_ROW:
            raise Invalid(f"The rows of the sheet are not in order after row {self._row}.")
        self._row, self._column = number, 0
        self._found, self._faults = {}, {}

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._cells += 1
        if self._cells > MAX_CELLS:
            raise TooLarge(f"The sheet has more than {MAX_CELLS:,} cells. Split it.")
        place = attributes.get("r")
        self._column = self._column + 1 if place is None else self._find_column(place)
        self._kind, self._style = attributes.get("t", "n"), 0
        style = attributes.get("s")
        if style is not None and style.isdecimal() and len(style) < 7:
            self._style = int(style)
        self._formula, self._pieces, self._length = False, [], 0

    def _find_column(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        column = self._columns.get(letters)
        if column is None:
            match = _PLACE.fullmatch(place)
            column = 0
            for letter in match[1] if match else "":
                column = column * 26 + ord(letter) - 64
            self._columns[letters] = column
        if place[len(letters) :] != str(self._row) or column <= self._column:
            raise Invalid(f"The cells of row {self._row} are not in order: {place[:20]!r} is out of place.")
        return column

    def _end_cell(self) -> None:
        text = self._read("".join(self._pieces))
        self._characters += len(text)
        if self._characters > MAX_CHARACTERS:
            raise TooLarge("The sheet has too much text. Split it.")
        if self._column - 1 in self._faults or text.strip():
            if self._column > MAX_COLUMNS:
                raise TooLarge(
                    f"Cell {self._name()} is beyond the {MAX_COLUMNS:,} columns that a file may have. "
                    "Delete what lies outside the table."
                )
            if len(text) > MAX_CELL_CHARACTERS:
                raise self._too_long()
            self._found[self._column - 1] = text
        self._pieces = []

    def _too_long(self) -> TooLarge:
        return TooLarge(f"Cell {self._name()} has more than {MAX_CELL_CHARACTERS:,} characters.")

    def _read(self, given: str) -> str:
        kind = self._kind
        if kind == "s":
            if given.isdecimal() and len(given) < 8 and int(given) < len(self._book.texts):
                return self._book.texts[int(given)]
            return self._fault("refers to a text that is not there")
        if self._formula and not given and kind != "str":
            return self._fault("is a formula without a value. Open the workbook in a spreadsheet program and save it")
        if kind in {"str", "inlineStr"}:
            return unescape(given)
        if kind == "e":
            return self._fault(f"is the error {given[:20]}") if given else ""
        if kind == "b":
            return {"1": "true", "0": "false"}.get(given, given)
        return given if kind == "d" else self._number(given)

    def _number(self, given: str) -> str:
        if not given:
            return ""
        dates = self._book.dates
        if self._style < len(dates) and dates[self._style]:
            day = as_date(given, from_1904=self._book.from_1904)
            if day is not None:
                return day
        number = as_number(given)
        return self._fault(f"is no number: {given[:20]!r}") if number is None else number

    def _fault(self, why: str) -> str:
        self._faults[self._column - 1] = f"Cell {self._name()} {why}."
        return ""

    def _name(self) -> str:
        return f"{get_column_letter(self._column)}{self._row}"

    def _end_row(self) -> None:
        if not self._found:
            return
        last = max(self._found)
        self._width = self._width or last + 1  # the first row has the headings
        cells = tuple(self._found.get(place, "") for place in range(max(self._width, last + 1)))
        self.rows.append(SheetLine(self._row, cells, self._faults or None))
        self._found = {}
