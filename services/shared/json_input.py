"""Reads JSON as strictly as RFC 8259 and I-JSON (RFC 7493) ask: no duplicate names, no NaN, exact numbers."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from services.shared.errors import BadRequest

__all__ = ["read_json"]

NUMBER_CHARACTERS = 64
"""Longer numbers fit no field of ours, and Python takes quadratic time for them."""


def _refuse_constant(name: str) -> NoReturn:
    raise BadRequest(f"{name} is not JSON. Leave the value out, or give a number.")


def _read_integer(text: str) -> int:
    if len(text) > NUMBER_CHARACTERS:
        raise BadRequest("A number in the body has more than 64 digits.")
    return int(text)


def _read_decimal(text: str) -> Decimal:
    if len(text) > NUMBER_CHARACTERS:
        raise BadRequest("A number in the body has more than 64 characters.")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise BadRequest("A number in the body has an exponent beyond any value.") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    for name in members:
        if not name.isascii() and any("\ud800" <= character <= "\udfff" for character in name):
            raise BadRequest(f"The body names {name[:100]!r}, which has half a character (a lone surrogate).")
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadRequest(f"The body names {twice[:100]!r} twice.")
    return members


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_float=_read_decimal,
    parse_int=_read_integer,
    parse_constant=_refuse_constant,
)


def read_json(body: bytes) -> Any:
    """The value that a UTF-8 JSON text holds; numbers with a point or an exponent as Decimal.

    Raises BadRequest with the place of the mistake.
    """
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8 (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        raise BadRequest(f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise BadRequest("The body is nested too deeply.") from error
