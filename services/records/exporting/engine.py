"""The export from end to end, for every door: what the caller sees, page by page, into a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, BinaryIO, Literal, Protocol

from services.records.exporting.columns import Columns, choose_columns
from services.records.exporting.commas import CommaWriter
from services.records.exporting.links import name_links
from services.records.listing import Query, count_records, list_records
from services.records.paging import decode_cursor
from services.records.table import Table
from services.shared.caller import Runner

__all__ = ["MEDIA_TYPES", "Format", "export_records"]

Format = Literal["csv", "xlsx"]
MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Format -> the media type of its files."""
PAGE = 1_000
Record = dict[str, Any]


class Writer(Protocol):
    """Writes rows of values, in the order of the columns, into a file."""

    def write(self, rows: list[list[Any]]) -> None: ...

    def close(self) -> None: ...

    def abandon(self) -> None: ...


def export_records(
    run: Runner,
    tables: Mapping[str, Table],
    table: Table,
    query: Query,
    *,
    format: Format,  # noqa: A002  # pylint: disable=redefined-builtin  # the word of every door
    out: BinaryIO,
    progress: Callable[[int, int], None] = lambda done, total: None,
    limit: int | None = None,
) -> int:
    """Writes the records that a list would show into a file, and gives how many; the import reads it back unchanged.

    query: its `limit` is not heeded, its position is where to begin.  limit: how many at most, all when None.
    progress: is told how many of how many have been written; what it raises ends the export. Pages follow each other
    by key, so that a record made or deleted meanwhile moves no other; one whose sort field changes meanwhile may be
    missed or come twice. Raises TooLarge or Invalid when the format can't hold what there is.
    """
    total = count_records(run, table, query)
    total = total if limit is None else min(total, limit)
    columns = choose_columns(tables, table, query.fields)
    writer = _open(format, columns, out)
    done = 0
    progress(done, total)
    try:
        for page in _pages(run, table, query, limit):
            writer.write(columns.rows(page, name_links(run, columns, page)))
            done += len(page)
            progress(done, max(done, total))
    except BaseException:
        writer.abandon()
        raise
    writer.close()
    return done


def _open(format_name: Format, columns: Columns, out: BinaryIO) -> Writer:
    if format_name == "csv":
        return CommaWriter(columns, out)
    # Only here, since openpyxl takes longer to load than a request lasts.
    opened: Writer = import_module("services.records.exporting.workbook").WorkbookWriter(columns, out)
    return opened


def _pages(run: Runner, table: Table, query: Query, limit: int | None) -> Iterator[list[Record]]:
    left = limit
    position = query.position
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        page = list_records(run, table, query._replace(position=position, limit=size))
        if page.items:
            yield page.items
        if page.next is None:
            return
        position = decode_cursor(table, query.order, page.next)
        left = None if left is None else left - len(page.items)
