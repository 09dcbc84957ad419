"""The ZIP and XML around a workbook, read as a stream within limits of memory and time that no bomb gets past."""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast
from xml.etree.ElementTree import ParseError
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from services.shared.errors import Invalid, SkepError, TooLarge

__all__ = ["Package", "Parser", "local_name"]

MAX_MEMBERS = 2_000
MAX_DIRECTORY_BYTES = 1_000_000
MAX_READ_BYTES = 400_000_000
"""Of all parts together, when unpacked."""
MAX_RATIO, RATIO_FROM_BYTES = 200, 20_000_000
MAX_DEPTH, MAX_NAMES = 60, 2_000
MAX_SILENT_BYTES = 1_000_000
CHUNK_BYTES = 65_536
_ENCRYPTED = 0x1
_DAMAGED = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError, OSError)
_WRONG = "This file is no XLSX workbook that can be read"


class Parser:
    """What is told of the XML: elements by their names without namespaces, and texts, which may come in pieces."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def data(self, text: str) -> None:
        """Text within the element that began last, or between its children."""


class _Watched:
    """Stands before a parser, and ends it when the XML is none that a spreadsheet program writes."""

    def __init__(self, parser: Parser) -> None:
        self.heard = 0
        self._start, self._end = parser.start, parser.end
        self.data = self._hear(parser.data)
        self._names: set[str] = set()
        self._local: dict[str, str] = {}
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.heard += 1
        self._depth += 1
        local = self._local.get(tag)
        if local is None:
            local = self._local[tag] = local_name(tag)
        self._names.update(attributes)
        if self._depth > MAX_DEPTH or len(self._names) + len(self._local) > MAX_NAMES:
            raise Invalid(f"{_WRONG}: its XML is nested too deep, or has too many names.")
        self._start(local, attributes)

    def end(self, tag: str) -> None:
        self._depth -= 1
        self._end(self._local[tag])

    def close(self) -> None:
        pass

    def _hear(self, data: Callable[[str], None]) -> Callable[[str], None]:
        def heard(text: str) -> None:
            self.heard += 1
            data(text)

        return heard


class _Bounded:
    """A file that is never read in one piece larger than a ZIP's directory may be: zipfile would load it whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > MAX_DIRECTORY_BYTES:
            raise TooLarge(f"{_WRONG}: its table of contents is too large.")
        return self._file.read(size if size >= 0 else MAX_DIRECTORY_BYTES)


class Package:
    """An XLSX file's parts. Raises Invalid or TooLarge for what can't be read."""

    def __init__(self, file: BinaryIO) -> None:
        self._left = MAX_READ_BYTES
        with damage_named():
            # pylint: disable-next=consider-using-with  # open as long as the package is read; the file is not ours
            self._zip = ZipFile(cast(BinaryIO, _Bounded(file)))
            members = self._zip.infolist()
        if len(members) > MAX_MEMBERS:
            raise TooLarge(f"{_WRONG}: it has {len(members):,} parts; {MAX_MEMBERS:,} are allowed.")
        self._members = {posixpath.normpath(m.filename.lstrip("/")).casefold(): m for m in members}

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return part.casefold() in self._members

    def parse(self, part: str, parser: Parser) -> Iterator[None]:
        """Tells the parser of a part of the package, a piece of it with each step."""
        member = self._members.get(part.casefold())
        if member is None:
            raise Invalid(f"{_WRONG}: it has no part {part[:100]!r}.")
        self._check(member)
        watched = _Watched(parser)
        xml = DefusedXMLParser(target=watched, forbid_dtd=True)
        silent = 0
        with damage_named(), self._zip.open(member) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                self._count(len(chunk))
                heard = watched.heard
                xml.feed(chunk)
                silent = 0 if watched.heard > heard else silent + len(chunk)
                if silent > MAX_SILENT_BYTES:
                    raise Invalid(f"{_WRONG}: its XML has something endless in it.")
                yield
            xml.close()
        yield

    def read(self, part: str, parser: Parser) -> None:
        """Tells the parser of a whole part."""
        for _ in self.parse(part, parser):
            pass

    def _check(self, member: ZipInfo) -> None:
        if member.flag_bits & _ENCRYPTED:
            raise Invalid("This workbook is encrypted. Save it without a password.")
        if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Invalid(f"{_WRONG}: it is packed in an unusual way.")
        # zipfile gives no more than the size that is told here, so a lie makes the file shorter, not larger.
        if member.file_size > self._left:
            self._count(member.file_size)
        if member.file_size > max(RATIO_FROM_BYTES, MAX_RATIO * member.compress_size):
            raise TooLarge(f"{_WRONG}: it unpacks to more than {MAX_RATIO} times its size.")

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooLarge(f"The workbook unpacks to more than {MAX_READ_BYTES // 1_000_000} MB. Split it.")


def local_name(tag: str) -> str:
    """A name without its namespace, of which strict workbooks have another."""
    return tag.rpartition("}")[2]


@contextmanager
def damage_named() -> Iterator[None]:
    """Raises what zipfile and the XML parser raise as Invalid."""
    try:
        yield
    except SkepError:
        raise
    except DefusedXmlException as error:
        raise Invalid(f"{_WRONG}: its XML declares entities or a document type.") from error
    except ParseError as error:
        raise Invalid(f"{_WRONG}: its XML is damaged.") from error
    except _DAMAGED as error:
        raise Invalid(f"{_WRONG}: it is damaged, or not a workbook at all.") from error


def attribute(attributes: dict[str, Any], name: str) -> str | None:
    """An attribute by its name without namespace."""
    return next((value for key, value in attributes.items() if local_name(key) == name), None)
