"""CSV as spreadsheets open it: RFC 4180 in UTF-8 with a byte order mark, and no text that is a formula."""

from __future__ import annotations

import csv
import io
from typing import Any, BinaryIO

from services.records.exporting.columns import Columns
from services.records.fields.text import Text
from services.records.importing.guard import guard
from services.shared.errors import Invalid

__all__ = ["CommaWriter"]


class CommaWriter:
    """Writes rows as CSV. Without the mark, Excel takes UTF-8 for the code page of the machine."""

    def __init__(self, columns: Columns, out: BinaryIO) -> None:
        self._out = out
        self._texts = [isinstance(column.field, Text) or column.target is not None for column in columns.all]
        self._put("\ufeff")
        self.write([list(columns.headings)])

    def write(self, rows: list[list[Any]]) -> None:
        """Writes rows."""
        page = io.StringIO(newline="")
        writer = csv.writer(page, lineterminator="\r\n")
        writer.writerows(
            [_shown(value, is_text) for value, is_text in zip(row, self._texts, strict=True)] for row in rows
        )
        self._put(page.getvalue())

    def close(self) -> None:
        """Nothing is left to do: what is written is a whole file."""

    def abandon(self) -> None:
        """Nothing is to be let go of."""

    def _put(self, text: str) -> None:
        try:
            self._out.write(text.encode("utf-8"))
        except UnicodeEncodeError as error:
            raise Invalid("A value can't be written as UTF-8.") from error


def _shown(value: Any, is_text: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return guard(value) if is_text and isinstance(value, str) else str(value)
