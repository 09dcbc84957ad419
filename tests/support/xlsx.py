"""Workbooks made by hand, part by part, as no program would write them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from zipfile import ZIP_DEFLATED, ZipFile

__all__ = ["NAMESPACE", "make_parts", "make_sheet", "make_xlsx"]

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def make_sheet(rows: str, after: str = "") -> str:
    """A sheet's part; rows: its <row> elements."""
    return f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def make_parts(sheet: str, **more: str) -> dict[str, str]:
    """The parts of a workbook of one sheet; more: workbook, sharedStrings or styles instead of the usual ones."""
    related = [("r1", "worksheet", "worksheets/sheet1.xml")]
    related += [(name, name, f"{name}.xml") for name in ("sharedStrings", "styles") if name in more]
    parts = {
        "_rels/.rels": _relations([("r1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{NAMESPACE}" xmlns:r="{_KINDS}"><sheets><sheet name="One" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(related),
        "xl/worksheets/sheet1.xml": sheet,
    }
    return parts | {f"xl/{name}.xml": part for name, part in more.items()}


def make_xlsx(parts: Mapping[str, str | bytes], *, level: int = 9) -> bytes:
    """A ZIP of these parts."""
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=level) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return file.getvalue()


def _relations(related: list[tuple[str, str, str]]) -> str:
    each = "".join(f'<Relationship Id="{i}" Type="{_KINDS}/{kind}" Target="{to}"/>' for i, kind, to in related)
    return f'<Relationships xmlns="{_RELATIONS}">{each}</Relationships>'
