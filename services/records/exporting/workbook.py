"""XLSX as spreadsheets open it: numbers, days and truth values as such, and texts that never become formulas."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from services.records.exporting.columns import Column, Columns
from services.records.fields import Date, Money
from services.shared.errors import Invalid, TooLarge

__all__ = ["WorkbookWriter", "escape"]

MAX_ROWS = 1_048_576
MAX_CELL_UNITS = 32_767
EARLIEST = "1900-03-01"
"""Before it, Excel's calendar has a day that never was."""
# What XML has not, and what would be read as such an escape.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")


class WorkbookWriter:
    """Writes rows into the one sheet of a workbook. The rows wait in a temporary file, not in memory."""

    def __init__(self, columns: Columns, out: BinaryIO) -> None:
        self._out = out
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("Records")
        self._sheet.freeze_panes = "A2"
        self._columns = columns.all
        self._makers = [self._maker(column) for column in columns.all]
        self._rows = 1
        self._sheet.append([self._text(heading) for heading in columns.headings])

    def write(self, rows: list[list[Any]]) -> None:
        """Writes rows. Raises TooLarge when a sheet has no more, Invalid for a text that no cell holds."""
        self._rows += len(rows)
        if self._rows > MAX_ROWS:
            raise TooLarge(f"A sheet has {MAX_ROWS:,} rows, and these are more. Export them as CSV.")
        for row in rows:
            cells = zip(self._makers, row, strict=True)
            self._sheet.append([None if value is None else make(value) for make, value in cells])

    def close(self) -> None:
        """Writes the workbook around the sheet into the file."""
        self._book.save(self._out)

    def abandon(self) -> None:
        """Lets go of the temporary file, for which openpyxl has only the whole way."""
        with TemporaryFile() as nowhere:
            self._book.save(nowhere)

    def _maker(self, column: Column) -> Callable[[Any], Any]:
        if column.target is None and isinstance(column.field, Date):
            return self._day
        return self._amount if column.target is None and isinstance(column.field, Money) else self._plain

    def _plain(self, value: Any) -> Any:
        return self._text(value) if isinstance(value, str) else value

    def _amount(self, value: str) -> Any:
        cell = WriteOnlyCell(self._sheet, value=float(value))
        decimals = len(value.partition(".")[2])
        cell.number_format = f"0.{'0' * decimals}" if decimals else "0"
        return cell

    def _day(self, value: str) -> Any:
        if value < EARLIEST:
            return self._text(value)
        cell = WriteOnlyCell(self._sheet, value=datetime.fromisoformat(value))
        cell.number_format = "yyyy-mm-dd"
        return cell

    def _text(self, value: str) -> Any:
        if len(value.encode("utf-16-le", "surrogatepass")) > 2 * MAX_CELL_UNITS:
            raise Invalid(
                f"A text has more than {MAX_CELL_UNITS:,} characters, which no cell of a workbook holds. Export as CSV."
            )
        text = escape(value)
        if not text.startswith(("=", "#")):
            return text
        cell = WriteOnlyCell(self._sheet, value=text)
        cell.data_type = "s"  # else it would be a formula, or an error such as #N/A
        return cell


def escape(text: str) -> str:
    """A text as a workbook writes it: what XML has not as _x000D_. The import's unescape gives it back."""
    return _UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_" if match[0] != "_" else "_x005F_", text)
