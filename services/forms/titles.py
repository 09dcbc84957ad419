"""Names of linked records, as far as the visitor may see them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.records.listing import MAX_LIMIT, Query, list_records
from services.records.table import Table
from services.registry import TABLES
from services.shared.caller import Runner

__all__ = ["Titles", "find_linked_titles", "find_titles", "is_id", "title_of"]

_ID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)

Titles = Mapping[str, Mapping[str, str]]
"""Table name -> record id -> title. What the visitor can't see is not in it."""


def is_id(text: str | None) -> bool:
    """Whether a text is a record's id."""
    return text is not None and _ID.fullmatch(text) is not None


def title_of(table: Table, record: Mapping[str, Any]) -> str:
    """What a record is called; its id when it has no name."""
    return str(record.get(table.title_field) or record["id"])


def find_titles(run: Runner, wanted: Iterable[tuple[str, str]]) -> Titles:
    """The titles of records, given as (table name, id): one round trip for 200 of a table."""
    ids: dict[str, set[str]] = defaultdict(set)
    for table_name, record_id in wanted:
        ids[table_name].add(record_id)
    return {name: _of_table(run, TABLES[name], sorted(known)) for name, known in ids.items() if name in TABLES}


def _of_table(run: Runner, table: Table, ids: Sequence[str]) -> dict[str, str]:
    titles = {}
    for start in range(0, len(ids), MAX_LIMIT):
        part = ids[start : start + MAX_LIMIT]
        fields = ("id", table.title_field)
        query = Query.parse(table, filters=[f"id[in]={','.join(part)}"], limit=MAX_LIMIT, fields=fields)
        titles.update({r["id"]: title_of(table, r) for r in list_records(run, table, query).items})
    return titles


def find_linked_titles(
    run: Runner, table: Table, records: Iterable[Mapping[str, Any]], names: Iterable[str] | None = None
) -> Titles:
    """The titles of what these records link to, in all link fields or those named."""
    links = {n: link for n, link in table.links.items() if names is None or n in names}
    return find_titles(run, [(link.to, r[n]) for r in records for n, link in links.items() if r.get(n) is not None])
