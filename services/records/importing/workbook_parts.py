"""The parts of a workbook beside its rows: its sheets, the texts that cells share, which formats are dates."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from services.records.importing.package import Package, Parser, attribute
from services.records.importing.serials import is_date
from services.shared.errors import Invalid, TooLarge

__all__ = ["Book", "SheetPart", "open_book", "unescape"]

MAX_SHARED_TEXTS = 1_000_000
MAX_SHARED_CHARACTERS = 40_000_000
MAX_SHEETS, MAX_FORMATS = 1_000, 100_000
MAX_CELL_CHARACTERS = 32_767
MAX_ESCAPED_CHARACTERS = MAX_CELL_CHARACTERS * len("_x000D_")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet, and the part of the package that has its rows."""

    name: str
    part: str
    hidden: bool


@dataclass(slots=True)
class Book:
    """What the rows refer to. texts: those that cells share; dates: for each style of cells whether it is a date."""

    sheets: list[SheetPart] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    dates: list[bool] = field(default_factory=list)
    from_1904: bool = False


def open_book(package: Package) -> Book:
    """Reads what the rows refer to. Raises Invalid or TooLarge."""
    root = _Relations()
    if package.has("_rels/.rels"):
        package.read("_rels/.rels", root)
    main = root.of_kind("officeDocument", "") or "xl/workbook.xml"
    if not package.has(main) or not main.casefold().endswith(".xml"):
        raise Invalid("This file is no XLSX workbook. Save the table as XLSX, or as CSV in UTF-8.")
    folder, name = posixpath.split(main)
    relations = _Relations()
    package.read(f"{folder}/_rels/{name}.rels", relations)
    workbook = _Workbook()
    package.read(main, workbook)
    book = Book(from_1904=workbook.from_1904)
    for title, relation, hidden in workbook.sheets:
        kind, target = relations.found.get(relation, ("", ""))
        if kind == "worksheet":
            book.sheets.append(SheetPart(title, _resolve(folder, target), hidden))
    texts, styles = relations.of_kind("sharedStrings", folder), relations.of_kind("styles", folder)
    if texts and package.has(texts):
        package.read(texts, _SharedTexts(book.texts))
    if styles and package.has(styles):
        package.read(styles, _Styles(book.dates))
    return book


def unescape(text: str) -> str:
    """A text with the characters that XML has not, which a workbook has as _x000D_."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _resolve(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


class _Relations(Parser):
    def __init__(self) -> None:
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and len(self.found) < MAX_SHEETS * 2:
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))

    def of_kind(self, kind: str, folder: str) -> str | None:
        """The part of this kind, if there is one."""
        return next((_resolve(folder, target) for known, target in self.found.values() if known == kind), None)


class _Workbook(Parser):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.from_1904 = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            if len(self.sheets) >= MAX_SHEETS:
                raise TooLarge(f"The workbook has more than {MAX_SHEETS:,} sheets.")
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), attribute(attributes, "id") or "", hidden))
        elif tag == "workbookPr":
            self.from_1904 = attributes.get("date1904", "0") in {"1", "true"}


class _SharedTexts(Parser):
    """Texts of <si>: its own <t> or those of its runs, but not how they are pronounced."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._pieces: list[str] = []
        self._listens, self._phonetic = False, False
        self._characters = self._length = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self._pieces, self._length = [], 0
        elif tag == "rPh":
            self._phonetic = True
        self._listens = tag == "t" and not self._phonetic

    def data(self, text: str) -> None:
        if self._listens:
            self._characters += len(text)
            self._length += len(text)
            self._pieces.append(text)
            if self._length > MAX_ESCAPED_CHARACTERS:
                raise TooLarge(f"The workbook has a text of more than {MAX_CELL_CHARACTERS:,} characters.")

    def end(self, tag: str) -> None:
        self._listens = False
        if tag == "rPh":
            self._phonetic = False
        if tag == "si":
            self._texts.append(unescape("".join(self._pieces)))
            self._pieces = []
        if len(self._texts) > MAX_SHARED_TEXTS or self._characters > MAX_SHARED_CHARACTERS:
            raise TooLarge("The workbook has too much text. Split it, or save it as CSV in UTF-8.")


class _Styles(Parser):
    def __init__(self, dates: list[bool]) -> None:
        self._dates = dates
        self._codes: dict[int, str] = {}
        self._known: dict[int, bool] = {}
        self._in_cells = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt" and len(self._codes) < MAX_FORMATS:
            self._codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")[:255]
        elif tag == "cellXfs":
            self._in_cells = True
        elif tag == "xf" and self._in_cells and len(self._dates) < MAX_FORMATS:
            kind = _whole(attributes.get("numFmtId"))
            if kind not in self._known:
                self._known[kind] = is_date(kind, self._codes)
            self._dates.append(self._known[kind])

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._in_cells = False


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0
