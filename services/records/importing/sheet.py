"""Reads a file of separated values (RFC 4180): headings, and lines under the numbers that an editor shows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.shared.errors import Invalid, TooLarge

__all__ = ["Sheet", "SheetLine", "read_sheet"]

MAX_BYTES = 100_000_000
MAX_CELL_CHARACTERS = 10_000_000
_BREAK = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r'"[^"]*"')
_DELIMITERS = ",;\t"
# UTF-32's mark begins with UTF-16's, so it is looked for first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line's cells. number: of the physical line on which it begins, from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's lines below its headings, blank ones left out. A line may have more or fewer cells than headings."""

    headings: tuple[str, ...]
    lines: tuple[SheetLine, ...]


def read_sheet(content: bytes) -> Sheet:
    """The lines of a file in UTF-8, or in UTF-16 or UTF-32 with a byte order mark; delimiter comma, semicolon or tab.

    Raises Invalid naming the line, or TooLarge.
    """
    if len(content) > MAX_BYTES:
        raise TooLarge(f"The file has more than {MAX_BYTES // 1_000_000} MB. Split it.")
    text = _decode(content)
    nul = text.find("\0")
    if nul >= 0:
        raise Invalid(
            f"Line {_line_at(text, nul)} has a NUL character. Is the file UTF-16 without a byte "
            "order mark, or no text at all? Save it as CSV in UTF-8."
        )
    lines = _split(text)
    heading = next(lines, None)
    if heading is None:
        raise Invalid("The file is empty.")
    headings = _check_headings(heading)
    kept = tuple(lines)
    if not kept:
        raise Invalid("The file has headings but no lines below them: there is nothing to import.")
    return Sheet(headings, kept)


def _decode(content: bytes) -> str:
    mark, encoding = next((m for m in _MARKS if content.startswith(m[0])), (b"", "utf-8"))
    body = content[len(mark) :]
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        line = _line_at(body[: error.start].decode(encoding, "replace"), None)
        raise Invalid(
            f"Line {line} is not {encoding.upper()[:6].rstrip('-')} (byte 0x{body[error.start]:02X}). "
            "Save the file as CSV in UTF-8."
        ) from error


def _line_at(text: str, position: int | None) -> int:
    return len(_BREAK.findall(text[:position])) + 1


def _split(text: str) -> Iterator[SheetLine]:
    csv.field_size_limit(MAX_CELL_CHARACTERS)  # a photo in a column that nobody wants is no reason to refuse a file
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=_find_delimiter(text), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Invalid(f"Line {number} can't be read: {_explain(error)}.") from error
        if any(cell.strip() for cell in cells):
            yield SheetLine(number, tuple(cells))


def _explain(error: csv.Error) -> str:
    said = str(error)
    if "unexpected end of data" in said:
        return "a quote is opened there and never closed"
    if "field limit" in said:
        return f"a cell has more than {MAX_CELL_CHARACTERS:,} characters"
    return "after a closing quote a delimiter or the line's end must follow; a quote within a value is written twice"


def _find_delimiter(text: str) -> str:
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    bare = _QUOTED.sub("", first)
    return max(_DELIMITERS, key=bare.count)


def _check_headings(heading: SheetLine) -> tuple[str, ...]:
    headings = tuple(cell.strip() for cell in heading.cells)
    for place, text in enumerate(headings, 1):
        if not text:
            raise Invalid(f"The heading of column {place} is empty (line {heading.number}).")
    seen: dict[str, int] = {}
    for place, text in enumerate(headings, 1):
        first = seen.setdefault(text.casefold(), place)
        if first != place:
            raise Invalid(f"Columns {first} and {place} have the same heading, {text[:80]!r} (line {heading.number}).")
    return headings
