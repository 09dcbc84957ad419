"""The first page: what there is, and what one did last."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from flask import Response

from services.forms.acts import list_acts
from services.forms.pages import show_page
from services.forms.rights import may_create
from services.forms.visitor import Visitor, get_visitor
from services.records.listing import Query, count_records
from services.records.rest.http import check_parameters
from services.records.table import Reference, Table
from services.registry import TABLES

__all__ = ["show_home"]

LATEST = 8


@dataclass(frozen=True, slots=True)
class Card:
    """A table on the first page."""

    table: Table
    about: str
    count: int
    may_create: bool


def show_home() -> Response:
    """200; 401."""
    check_parameters(("done", "receipt"))
    visitor = get_visitor()
    cards = [_card(visitor, table) for table in TABLES.values()]
    return show_page(
        "home",
        visitor,
        work=[card for card in cards if not isinstance(card.table.rights, Reference)],
        lists=[card for card in cards if isinstance(card.table.rights, Reference)],
        acts=list_acts(visitor, 100, most=LATEST, mine=True),
    )


def _card(visitor: Visitor, table: Table) -> Card:
    count = count_records(visitor.caller, table, Query.parse(table))
    return Card(table, inspect.getdoc(table.schema) or "", count, may_create(visitor, table))
