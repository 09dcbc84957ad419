"""How much a file asks of a request, found without reading it to the end."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from services.records.transfers import MOST_LINES

__all__ = ["has_many_lines"]

PIECE_BYTES = 65_536
LOOKED_AT_BYTES = 64 * 1024 * 1024
"""Unpacked, a workbook of this size is too much for a request, however few its lines."""
_ROW = re.compile(rb"row(?:(?<=<row)[\s/>]|(?<=:row)[\s/])")
"""Where a row begins. Its letters come first, since a text is what is sought at full speed. Without attributes, a row
of a prefixed name looks like its end, and is not counted."""
_LONGEST_ROW = 64
"""More bytes than a match of _ROW has."""


def has_many_lines(content: bytes) -> bool:
    """Whether a file has more lines than a request imports, the heading aside. A broken one has none."""
    if not content.startswith(b"PK\x03\x04"):
        ends = max(content.count(b"\n"), content.count(b"\r"))
        is_open = not content.rstrip(b"\0").endswith((b"\n", b"\r"))  # the zeros are UTF-16's
        return ends + is_open > MOST_LINES + 1
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _has_many_rows(archive)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError):
        return False


def _has_many_rows(archive: zipfile.ZipFile) -> bool:
    """In whichever part they stand: a workbook says itself which of them are sheets."""
    size = 0
    for info in archive.infolist():
        if not info.filename.casefold().endswith(".xml"):
            continue
        rows, tail = 0, b""
        with archive.open(info) as part:
            while piece := part.read(PIECE_BYTES):
                size += len(piece)
                seen = tail + piece
                # What begins in the last bytes may go on in the next piece, and is counted there.
                cut = max(seen.rfind(b"<", -_LONGEST_ROW), 0) or len(seen)
                rows += len(_ROW.findall(seen, 0, cut))
                tail = seen[cut:]
                if rows > MOST_LINES + 1 or size > LOOKED_AT_BYTES:
                    return True
    return False
