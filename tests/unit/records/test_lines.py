"""How much a file asks of a request, told before it is read."""

from __future__ import annotations

import io
import zipfile

import pytest

from services.records.rest.lines import PIECE_BYTES, has_many_lines
from services.records.transfers import MOST_LINES


def workbook(*parts: bytes, name: str = "xl/worksheets/sheet{}.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, part in enumerate(parts):
            archive.writestr(name.format(number), part)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_the_line_after_the_last_is_one_too_many_whether_or_not_it_is_ended(
    encoding: str, end: str, last: bool
) -> None:
    for lines, many in ((MOST_LINES, False), (MOST_LINES + 1, True)):
        text = end.join(["Company", *["x"] * lines]) + (end if last else "")
        assert has_many_lines(text.encode(encoding)) is many


@pytest.mark.parametrize("row", [b"<row r='1'>", b"<row>", b"<row/>", b"<x:row r='1'>", b"<ns0:row\n>"])
def test_rows_are_counted_under_any_prefix_and_in_any_part(row: bytes) -> None:
    for name in ("xl/worksheets/sheet{}.xml", "Elsewhere/{}.XML"):
        assert has_many_lines(workbook(row * (MOST_LINES + 2) + b"</sheetData>", name=name))
        assert not has_many_lines(workbook(row * (MOST_LINES + 1) + b"<rowBreaks/></row></sheetData>", name=name))


def test_a_row_between_two_pieces_is_counted_once() -> None:
    for cut in range(12):
        rows = b" " * (PIECE_BYTES - cut) + b"<row r='1'/>" * (MOST_LINES + 1)
        assert not has_many_lines(workbook(rows + b"</sheetData>"))
        assert has_many_lines(workbook(rows + b"<row/></sheetData>"))


def test_sheets_together_unpack_to_no_more_than_a_request_takes() -> None:
    blank = b" " * 9_000_000
    assert not has_many_lines(workbook(*[blank] * 7))
    assert has_many_lines(workbook(*[blank] * 8))


def test_what_is_broken_has_no_lines() -> None:
    assert not has_many_lines(workbook(b"<row/>" * 9_000)[:-30])
