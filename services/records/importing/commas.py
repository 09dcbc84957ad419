"""Reads a file of separated values (RFC 4180) as a stream: lines under the numbers that an editor shows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from services.records.importing.guard import unguard
from services.records.importing.sheet import SheetLine
from services.shared.errors import Invalid

__all__ = ["read_lines"]

MAX_CELL_CHARACTERS = 10_000_000
CHUNK_BYTES = 1_000_000
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


def read_lines(content: BinaryIO, name: str | None, notes: list[str]) -> Iterator[SheetLine]:
    """The lines of a CSV that are not blank, the headings first. Raises Invalid naming the line."""
    del name, notes  # a CSV has one sheet, and nothing to be noted
    mark, encoding = _find_encoding(content)
    content.seek(len(mark))
    text = io.TextIOWrapper(content, encoding=encoding, newline="")
    try:
        yield from _split(_checked(text))
    except UnicodeDecodeError as error:
        content.seek(len(mark))
        raise _undecodable(content, encoding) from error
    finally:
        if not content.closed:
            text.detach()  # the file is not ours to close


def _find_encoding(content: BinaryIO) -> tuple[bytes, str]:
    begin = content.read(4)
    return next((mark for mark in _MARKS if begin.startswith(mark[0])), (b"", "utf-8"))


def _undecodable(content: BinaryIO, encoding: str) -> Invalid:
    """Which line it is: found only now, so that who writes well does not pay for it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, ended_with_return = 1, False
    while True:
        chunk = content.read(CHUNK_BYTES)
        try:
            text, wrong = decoder.decode(chunk, final=not chunk), None
        except UnicodeDecodeError as error:
            text = error.object[: error.start].decode(encoding, "replace")
            wrong = error.object[error.start]
        line += len(_BREAK.findall(text)) - (ended_with_return and text.startswith("\n"))
        ended_with_return = text.endswith("\r") if text else ended_with_return
        if wrong is not None or not chunk:
            what = encoding.upper()[:6].rstrip("-")
            byte = f" (byte 0x{wrong:02X})" if wrong is not None else ""
            return Invalid(f"Line {line} is not {what}{byte}. Save the file as CSV in UTF-8.")


def _checked(lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            raise Invalid(
                f"Line {number} has a NUL character. Is the file UTF-16 without a byte "
                "order mark, or no text at all? Save it as CSV in UTF-8."
            )
        yield line


def _split(lines: Iterator[str]) -> Iterator[SheetLine]:
    csv.field_size_limit(MAX_CELL_CHARACTERS)  # a photo in a column that nobody wants is no reason to refuse a file
    blank = 0
    first = ""
    for first in lines:
        if first.strip():
            break
        blank += 1
    reader = csv.reader(chain([first], lines), delimiter=_find_delimiter(first), strict=True)
    while True:
        number = blank + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Invalid(f"Line {number} can't be read: {_explain(error)}.") from error
        if any(cell.strip() for cell in cells):
            bare = [unguard(cell) if cell[:1] == "'" else cell for cell in cells]
            yield SheetLine(number, tuple(bare))


def _explain(error: csv.Error) -> str:
    said = str(error)
    if "unexpected end of data" in said:
        return "a quote is opened there and never closed"
    if "field limit" in said:
        return f"a cell has more than {MAX_CELL_CHARACTERS:,} characters"
    return "after a closing quote a delimiter or the line's end must follow; a quote within a value is written twice"


def _find_delimiter(first: str) -> str:
    bare = _QUOTED.sub("", first)
    return max(_DELIMITERS, key=bare.count)
