"""What a field can be chosen from: its fixed options, a list that an admin edits, or the records of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.forms.titles import title_of
from services.records.fields import Choice, Currency, Link, RecordField
from services.records.listing import MAX_LIMIT, Query, list_records
from services.records.table import Table
from services.registry import TABLES
from services.shared.caller import Runner
from services.shared.currencies import CURRENCIES

__all__ = ["Choices", "Loader", "Option"]

MAX_SELECT_OF_NAMES = 60
"""A longer list of names is typed with proposals: a field for "Germany" needs no scrolling."""
MAX_NAMES = 2 * MAX_LIMIT


@dataclass(frozen=True, slots=True)
class Option:
    """One choice."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Choices:
    """options: what to propose.  typed: the title is typed, with these as proposals, since there may be more."""

    options: tuple[Option, ...]
    typed: bool


class Loader:
    """Loads what fields can be chosen from, each table once."""

    def __init__(self, run: Runner) -> None:
        self._run = run
        self._known: dict[tuple[str, int], tuple[list[Option], bool]] = {}

    def load(self, fields: Mapping[str, RecordField]) -> dict[str, Choices]:
        """Field name -> its choices, for those of the fields that have any."""
        found = ((name, self._of(field)) for name, field in fields.items())
        return {name: choices for name, choices in found if choices is not None}

    def _of(self, field: RecordField) -> Choices | None:
        if isinstance(field, Currency):
            return Choices(tuple(Option(c, c) for c in sorted(CURRENCIES)), False)
        if isinstance(field, Choice) and field.options:
            return Choices(tuple(Option(o, o) for o in field.options), False)
        if isinstance(field, Choice) and field.options_from:
            options, _ = self._records(TABLES[field.options_from], MAX_NAMES)
            names = tuple(Option(o.label, o.label) for o in options)
            return Choices(names, len(names) > MAX_SELECT_OF_NAMES)
        if isinstance(field, Link):
            options, more = self._records(TABLES[field.to], MAX_LIMIT)
            return Choices(_told_apart(options), more)
        return None

    def _records(self, table: Table, most: int) -> tuple[list[Option], bool]:
        if (table.name, most) not in self._known:
            self._known[table.name, most] = self._load(table, most)
        return self._known[table.name, most]

    def _load(self, table: Table, most: int) -> tuple[list[Option], bool]:
        sort = table.title_field if table.title_field in table.sortable else None
        options: list[Option] = []
        cursor = None
        while len(options) < most:
            query = Query.parse(table, sort=sort, cursor=cursor, limit=MAX_LIMIT, fields=("id", table.title_field))
            page = list_records(self._run, table, query)
            options += [Option(r["id"], title_of(table, r)) for r in page.items]
            cursor = page.next
            if cursor is None:
                break
        return sorted(options, key=lambda option: option.label.casefold()), cursor is not None


def _told_apart(options: Iterable[Option]) -> tuple[Option, ...]:
    """Options of the same label get the end of their ids."""
    known = tuple(options)
    count = Counter(option.label for option in known)
    return tuple(
        option if count[option.label] == 1 else Option(option.value, f"{option.label} ({option.value[-6:]})")
        for option in known
    )
