"""Workbooks that mean harm, or are damaged, end in a sentence, in little memory and time."""

from __future__ import annotations

import io
import random
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from zipfile import ZIP_BZIP2, ZipFile

import pytest

from services.records.importing.package import MAX_READ_BYTES
from services.records.importing.rows import MAX_CELLS, RowsParser
from services.records.importing.sheet import read_sheet
from services.records.importing.workbook_parts import Book
from services.shared.errors import Invalid, SkepError, TooLarge
from tests.support.xlsx import NAMESPACE, make_parts, make_sheet, make_xlsx

MOST_MB, MOST_SECONDS = 300, 120
"""Each is over in 5 s; the rest is for a machine with more to do."""
CELL = '<c t="inlineStr"><is><t>{}</t></is></c>'
TABLE = f'<row r="1">{CELL.format("a")}</row><row r="2">{CELL.format("x")}</row>'
ROOT = Path(__file__).parents[3]
# Prints the error, and the most memory in MB that the process has had: its own, for getrusage has that of whoever
# started it, too.
CHILD = """
import sys
from services.records.importing.sheet import read_sheet
from services.shared.errors import SkepError
try:
    with open(sys.argv[1], "rb") as file:
        for line in read_sheet(file).lines:
            pass
    print("read")
except SkepError as error:
    print(error.status, error.detail)
with open("/proc/self/status") as status:
    print(next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM")))
"""


def sheet(rows: str, after: str = "", **parts: str) -> bytes:
    return make_xlsx(make_parts(make_sheet(TABLE + rows, after), **parts))


def shared(texts: str, head: str = "") -> bytes:
    rows = '<row r="3"><c t="s"><v>0</v></c></row>'
    return sheet(rows, sharedStrings=f'{head}<sst xmlns="{NAMESPACE}">{texts}</sst>')


def laughs() -> str:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY l0 "ha">{levels}]>'


def many_parts() -> bytes:
    return make_xlsx({f"x/{number}": b"" for number in range(30_000)}, level=0)


def lying(content: bytes, name: bytes = b"xl/worksheets/sheet1.xml", size: int = 500) -> bytes:
    """The ZIP with another unpacked size in its table of contents."""
    place = content.rindex(name) - 46
    return content[: place + 24] + size.to_bytes(4, "little") + content[place + 28 :]


def unusually_packed() -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_BZIP2) as package:
        for name, part in make_parts(make_sheet(TABLE)).items():
            package.writestr(name, part)
    return file.getvalue()


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "blanks": (lambda: sheet(" " * 30_000_000), "413 .* unpacks to more than 200 times its size"),
    "too large": (lambda: lying(sheet(""), size=MAX_READ_BYTES + 1), "413 The workbook unpacks to more than 400 MB"),
    "a lie": (lambda: lying(sheet(TABLE * 100)), "422 .* damaged"),
    "many parts": (many_parts, "413 .* table of contents is too large"),
    "entities": (lambda: shared("<si><t>&l9;</t></si>", laughs()), "422 .* entities or a document type"),
    "an outer entity": (
        lambda: shared("<si><t>&x;</t></si>", '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "422 .* entities or a document type",
    ),
    "deep": (lambda: sheet("<a>" * 2_000_000 + "</a>" * 2_000_000), "422 .* nested too deep"),
    "many names": (lambda: sheet("".join(f"<a{n}/>" for n in range(500_000))), "422 .* too many names"),
    "many attributes": (
        lambda: sheet("".join(f'<a b{n}="" c{n}=""/>' for n in range(300_000))),
        "422 .* too many names",
    ),
    "an endless attribute": (lambda: sheet(f'<a b="{"x" * 15_000_000}"/>'), "422 .* something endless"),
    "an endless comment": (lambda: sheet(f"<!--{'x' * 15_000_000}-->"), "422 .* something endless"),
    "an endless cell": (
        lambda: sheet(f'<row r="3">{CELL.format("x" * 15_000_000)}</row>'),
        "413 Cell A3 has more than 32,767",
    ),
    "the last cell": (
        lambda: sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "413 Cell XFD1048576 is beyond the 1,000 columns",
    ),
    "many texts": (lambda: shared("<si/>" * 1_100_000), "413 The workbook has too much text"),
    "an endless shared text": (
        lambda: shared(f"<si><t>{'x' * 15_000_000}</t></si>"),
        "413 The workbook has a text of more than 32,767",
    ),
    "many copies of a text": (
        lambda: sheet(
            "".join(f'<row r="{n}"><c t="s"><v>0</v></c></row>' for n in range(3, 10_003)),
            sharedStrings=f'<sst xmlns="{NAMESPACE}"><si><t>{"x" * 32_767}</t></si></sst>',
        ),
        "413 The sheet has too much text",
    ),
    "many styles": (
        lambda: sheet(
            "", styles=f'<styleSheet xmlns="{NAMESPACE}"><cellXfs>{"<xf/>" * 3_000_000}</cellXfs></styleSheet>'
        ),
        "read",
    ),
    "an unusual packing": (unusually_packed, "422 .* packed in an unusual way"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_in_a_sentence_in_little_memory_and_time(name: str, tmp_path: Path) -> None:
    make, sentence = BOMBS[name]
    file = tmp_path / "bomb.xlsx"
    file.write_bytes(make())
    assert file.stat().st_size < 10_000_000
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=True,
    )
    said, peak_mb = done.stdout.splitlines()
    assert re.match(sentence, said), said
    assert int(peak_mb) < MOST_MB, peak_mb


def test_an_encrypted_part_is_told_from_a_damaged_one() -> None:
    content = bytearray(sheet(""))
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            content[at + place] |= 1
    with pytest.raises(Invalid, match="encrypted"):
        read_sheet(bytes(content))


def test_a_sheet_has_so_many_cells_and_no_more() -> None:
    parser = RowsParser(Book())
    parser._cells = MAX_CELLS
    with pytest.raises(TooLarge, match="5,000,000 cells"):
        parser.start("c", {})


def test_damage_anywhere_ends_in_a_sentence_or_in_lines() -> None:
    whole = sheet(TABLE.replace("r=", "x="), sharedStrings=f'<sst xmlns="{NAMESPACE}"><si><t>a</t></si></sst>')
    chance = random.Random(7)
    for _ in range(1_500):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        with suppress(SkepError):
            assert all(line.cells for line in read_sheet(bytes(content)).lines)
