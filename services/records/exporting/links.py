"""The names of the records that a page's links lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.records.exporting.columns import Columns, Names
from services.records.importing.links import find_names
from services.shared.caller import Runner

__all__ = ["name_links"]


def name_links(run: Runner, columns: Columns, records: Sequence[Mapping[str, Any]]) -> Names:
    """The names that the caller may see, by field and id, in one question for each table."""
    wanted: dict[str, set[str]] = {}
    linked = [column for column in columns.all if column.target is not None]
    tables = {column.target.name: column.target for column in linked if column.target is not None}
    for column in linked:
        assert column.target is not None  # chosen above
        wanted.setdefault(column.target.name, set()).update(
            value for record in records if (value := record[column.name]) is not None
        )
    names = {name: find_names(run, tables[name], sorted(ids)) for name, ids in wanted.items() if ids}
    return {column.name: names.get(column.target.name, {}) for column in linked if column.target is not None}
