"""How much a file asks of a request, found without reading it to the end."""

from __future__ import annotations

import io
import zipfile
import zlib

from services.records.transfers import MOST_LINES

__all__ = ["has_many_lines", "is_workbook"]

PIECE_BYTES = 65_536
LOOKED_AT_BYTES = 64 * 1024 * 1024
"""Unpacked, a workbook of this size is too much for a request, however few its lines."""
ROW = b"<row"


def is_workbook(content: bytes) -> bool:
    """Whether a file is a ZIP archive, as XLSX is."""
    return content.startswith(b"PK\x03\x04")


def has_many_lines(content: bytes) -> bool:
    """Whether a file has more lines than a request imports, the heading aside. A broken one has none."""
    if not is_workbook(content):
        return max(content.count(b"\n"), content.count(b"\r")) > MOST_LINES + 1
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sheets = [info for info in archive.infolist() if info.filename.startswith("xl/worksheets/")]
            return any(_has_many_rows(archive, info) for info in sheets)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError):
        return False


def _has_many_rows(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    rows, size, tail = 0, 0, b""
    with archive.open(info) as sheet:
        while piece := sheet.read(PIECE_BYTES):
            rows += (tail + piece).count(ROW)
            size += len(piece)
            tail = piece[-len(ROW) + 1 :]
            if rows > MOST_LINES + 1 or size > LOOKED_AT_BYTES:
                return True
    return False
