"""Keyset paging: one sort field and the id, records without a value last, a cursor that says where to go on."""

from __future__ import annotations

import base64
import binascii
from typing import Any, NamedTuple

import orjson
from marshmallow import ValidationError

from services.records.fields import Link
from services.records.table import Table
from services.shared.errors import BadRequest, Invalid

__all__ = ["Order", "Position", "decode_cursor", "encode_cursor", "parse_order"]


_ID = Link(to="", label="Id")


class Order(NamedTuple):
    """A sort field and its direction; the id breaks ties in the same direction."""

    field: str
    descending: bool

    @property
    def sign(self) -> str:
        """The order as `sort` has it."""
        return f"-{self.field}" if self.descending else self.field


class Position(NamedTuple):
    """The last record of a page: its sort value (None in the segment of records without one) and id."""

    value: Any
    id: str


def parse_order(table: Table, sort: str | None) -> Order:
    """The order that `sort` asks for, the table's first when None. Raises Invalid."""
    given = sort if sort is not None else table.sort[0]
    field = given.removeprefix("-")
    if field not in table.sortable:
        known = ", ".join(table.sortable)
        raise Invalid(
            errors=[
                {"field": "sort", "message": f"{given[:80]!r} is no order. Sort by {known}, with - for descending."}
            ]
        )
    return Order(field, given.startswith("-"))


def encode_cursor(order: Order, position: Position) -> str:
    """A cursor: opaque, but no secret. A forged one shows nothing that a query would not."""
    return base64.urlsafe_b64encode(orjson.dumps([order.sign, position.value, position.id])).decode().rstrip("=")


def decode_cursor(table: Table, order: Order, cursor: str) -> Position:
    """Where a cursor of this order goes on. Raises BadRequest for any other text."""
    try:
        if len(cursor) > 4_000:
            raise ValueError
        sign, value, record_id = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
        if sign != order.sign:
            raise BadRequest("This cursor belongs to another order. Start again without one.")
        field = table.fields[order.field]
        if value is None and not field.nullable:
            raise ValueError
        return Position(None if value is None else field.read_kept(value), _ID.read_kept(record_id))
    except (binascii.Error, ValueError, TypeError, ValidationError) as error:
        raise BadRequest("This cursor is none of ours. Start again without one.") from error
