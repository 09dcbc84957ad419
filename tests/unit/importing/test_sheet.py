"""Files as people have them, and files that are none."""

from __future__ import annotations

import pytest

from services.records.importing.sheet import read_sheet
from services.shared.errors import Invalid, TooLarge


def cells(content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    return [(line.number, line.cells) for line in read_sheet(content).lines]


@pytest.mark.parametrize(
    "content",
    [
        "company,notes\nAcme,Ätna\n".encode(),
        "company,notes\r\nAcme,Ätna\r\n".encode(),
        "company,notes\rAcme,Ätna".encode(),
        "\ufeffcompany,notes\nAcme,Ätna\n".encode(),
        "company;notes\nAcme;Ätna\n".encode(),
        "company\tnotes\nAcme\tÄtna\n".encode(),
        '"company","notes"\n"Acme","Ätna"\n'.encode(),
        "company,notes\nAcme,Ätna\n".encode("utf-16"),
        "\ufeffcompany,notes\nAcme,Ätna\n".encode("utf-16-be"),
        "company,notes\nAcme,Ätna\n".encode("utf-32"),
    ],
    ids=["lf", "crlf", "cr", "bom", "semicolon", "tab", "quoted", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_a_file_reads_the_same_however_it_is_written(content: bytes) -> None:
    sheet = read_sheet(content)
    assert sheet.headings == ("company", "notes")
    assert cells(content) == [(2, ("Acme", "Ätna"))]


def test_line_numbers_are_those_of_the_file_past_line_breaks_in_quotes_and_blank_lines() -> None:
    content = b'company,notes\nAcme,"one\ntwo\r\nthree"\n\n , \nBeta,x\n'
    assert cells(content) == [(2, ("Acme", "one\ntwo\r\nthree")), (7, ("Beta", "x"))]


def test_a_delimiter_within_a_quoted_heading_is_not_counted() -> None:
    assert read_sheet(b'"a,b,c,d";e;f\n1;2;3\n').headings == ("a,b,c,d", "e", "f")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b"\n \n", "The file is empty"),
        (b"\xef\xbb\xbf", "The file is empty"),
        (b"company,notes\n", "nothing to import"),
        (b"company,,notes\nA,B,C\n", "heading of column 2 is empty"),
        (b"company,notes,Company\nA,B,C\n", "Columns 1 and 3 have the same heading"),
        (b"company\nA\nB\x00\n", "Line 3 has a NUL"),
        ("company\nA\n".encode("utf-16-le"), "Line 1 has a NUL"),
        (b"company\nA\n\nCaf\xe9\n", r"Line 4 is not UTF-8 \(byte 0xE9\)"),
        (b"\xff\xfec\x00\n\x00\x00\xd8", "Line 2 is not UTF-16"),
        (b'company,notes\nA,"b"c\n', "Line 2 can't be read: after a closing quote"),
        (b'company,notes\nA,b\nB,"c\nC,d\n', "Line 3 can't be read: a quote is opened there and never closed"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(content: bytes, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        cells(content)


def test_a_cell_of_a_megabyte_is_read() -> None:
    assert len(cells(b"company,notes\nA," + b"x" * 1_000_000)[0][1][1]) == 1_000_000


def test_a_cell_that_is_too_large_is_refused_with_its_line() -> None:
    with pytest.raises(Invalid, match="Line 2 can't be read: a cell has more than"):
        cells(b"company,notes\nA," + b"x" * 10_000_001)


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(TooLarge, match="100 MB"):
        read_sheet(b"x" * 100_000_001)
