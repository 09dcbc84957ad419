"""Table: the one definition of a table, from which every door, document and form follows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from marshmallow import RAISE, Schema

from services.records.fields import Boolean, Integer, Link, Money, RecordField, Timestamp
from services.shared.currencies import CURRENCIES

__all__ = ["ChildOf", "Owned", "RecordSchema", "Reference", "Rights", "Rule", "Table", "rule"]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


class RecordSchema(Schema):
    """What a table's own fields are. Unknown fields are refused."""

    class Meta:
        """marshmallow's settings."""

        unknown = RAISE


class Owned(NamedTuple):
    """A record belongs to a person; owner, team and `shared` say who sees it."""

    branches: tuple[str, ...] = ("all", "own", "unowned", "team", "team_shared")


class ChildOf(NamedTuple):
    """A record's rights are those of the record that `link` names."""

    link: str
    branches: tuple[str, ...] = ("all", "own", "unowned", "team", "team_shared")


class Reference(NamedTuple):
    """Everybody reads, admins write."""

    branches: tuple[str, ...] = ("all",)


Rights = Owned | ChildOf | Reference

BRANCHES_OF_ROLE: Mapping[str, tuple[str, ...]] = {
    "admin": ("all",),
    "viewer": ("all",),
    "manager": ("own", "unowned", "team"),
    "sales": ("own", "unowned", "team_shared"),
}
"""The views that show a role all it may see (skep.branches): a wrong pick shows less, never more."""


class Rule(NamedTuple):
    """What must hold between fields of one record. check gives the sentence for `field`, or None when all is well."""

    field: str
    uses: tuple[str, ...]
    check: Callable[[Mapping[str, Any]], str | None]


def rule(field_name: str, *uses: str) -> Callable[[Callable[[Mapping[str, Any]], str | None]], Rule]:
    """Makes a Rule of a function. `uses` names the other fields that it looks at.

    The function gets the record as Postgres keeps it: dates and amounts are text.
    """
    return lambda check: Rule(field_name, (field_name, *uses), check)


def _minor_units(name: str, money: Money) -> Rule:
    def check(record: Mapping[str, Any]) -> str | None:
        amount, currency = record.get(name), record.get(money.currency_field)
        if amount is None or currency is None:
            return None
        decimals = CURRENCIES.get(str(currency), 2)
        given = str(amount).partition(".")[2].rstrip("0")
        return f"{currency} has {decimals} decimals." if len(given) > decimals else None

    return Rule(name, (name, money.currency_field), check)


@dataclass(frozen=True, eq=False)
class Table:
    """A table. `name` is its resource and its Postgres table.

    natural_key: the field by which people know a record; unique among living records.  search: text fields that `q`
    looks in.  sort: fields that a list can be ordered by; the first is the usual one, `-` for descending.
    singular: "customer"; label: "Customers".  messages: constraint name -> (field, sentence), where the usual one
    won't do.
    """

    name: str
    schema: type[RecordSchema]
    label: str
    singular: str
    rights: Rights
    natural_key: str | None = None
    title: str | None = None
    search: tuple[str, ...] = ()
    sort: tuple[str, ...] = ("-created_at",)
    rules: tuple[Rule, ...] = ()
    messages: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (self.name, *self.fields):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no name for a table or field: [a-z][a-z0-9_]*, 41 characters")
        for name in (*self.search, *(s.lstrip("-") for s in self.sort), self.title_field):
            if name not in self.fields:
                raise ValueError(f"{self.name} has no field {name!r}")

    @cached_property
    def declared(self) -> Mapping[str, RecordField]:
        """The fields of the schema, in its order."""
        return {name: f for name, f in self.schema().fields.items() if isinstance(f, RecordField)}

    @cached_property
    def fields(self) -> Mapping[str, RecordField]:
        """All fields as the doors show them, in order; those of the system are read-only but owner and shared."""
        given = isinstance(self.rights, Owned)
        rights: dict[str, RecordField] = {
            "owner_id": Link(to="people", label="Owner", read_only=not given),
            "team_id": Link(to="teams", label="Team", read_only=True),
            "shared": Boolean(label="Shared with the team", required=True, default=False, read_only=not given),
        }
        return {
            "id": Link(to=self.name, label="Id", required=True, read_only=True),
            **self.declared,
            **({} if isinstance(self.rights, Reference) else rights),
            "created_at": Timestamp(label="Created", required=True, read_only=True),
            "updated_at": Timestamp(label="Changed", required=True, read_only=True),
            "version": Integer(label="Version", required=True, read_only=True),
        }

    @cached_property
    def writable(self) -> Mapping[str, RecordField]:
        """The fields that a body may set."""
        return {name: f for name, f in self.fields.items() if not f.dump_only}

    @cached_property
    def input_schema(self) -> Schema:
        """Reads a body: the writable fields, and no others."""
        made: type[Schema] = RecordSchema.from_dict(
            dict(self.writable),
            name=f"{self.name.title()}Input",
        )
        return made(unknown=RAISE)

    @cached_property
    def all_rules(self) -> tuple[Rule, ...]:
        """The table's own rules and those that its fields bring: an amount fits its currency's minor units."""
        amounts = [_minor_units(name, f) for name, f in self.fields.items() if isinstance(f, Money)]
        return (*self.rules, *amounts)

    @property
    def title_field(self) -> str:
        """The field that names a record in lists and links."""
        return self.title or self.natural_key or next(iter(self.declared))

    @cached_property
    def sortable(self) -> tuple[str, ...]:
        """The fields that a list can be ordered by, without direction."""
        return tuple(dict.fromkeys(s.lstrip("-") for s in self.sort))

    @cached_property
    def links(self) -> Mapping[str, Link]:
        """The fields that name a record of another table."""
        return {name: f for name, f in self.fields.items() if isinstance(f, Link) and name != "id"}

    def branches(self, role: str) -> tuple[str, ...]:
        """The branches of the rights that a role needs."""
        return tuple(b for b in BRANCHES_OF_ROLE.get(role, ("all",)) if b in self.rights.branches) or ("all",)
