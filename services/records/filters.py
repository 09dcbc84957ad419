"""Filters: `field[op]=value` and `q`, compiled to conditions whose operators never fail on any value."""

from __future__ import annotations

import csv
import re
import unicodedata
from typing import Any, NamedTuple

from marshmallow import ValidationError
from psycopg2.sql import SQL, Composable

from services.records.fields.field import RecordField
from services.records.sql import name
from services.records.table import Table
from services.shared.errors import Invalid

__all__ = ["MAX_FILTERS", "Condition", "parse_filter", "search_condition"]

MAX_FILTERS = 20
MAX_VALUES = 200
MAX_WORDS = 200
_FILTER = re.compile(r"([a-z][a-z0-9_]*)\[([a-z_]+)\]=(.*)", re.DOTALL)
_ANYWHERE = SQL("search_text LIKE lower(%s)")
_COMPARISONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}


class Condition(NamedTuple):
    """A condition with its parameters."""

    sql: Composable
    params: tuple[Any, ...]


def parse_filter(table: Table, given: str) -> Condition:
    """The condition that `field[op]=value` asks for. Raises Invalid naming the field."""
    match = _FILTER.fullmatch(given)
    if not match:
        raise _invalid("filter", f"{given[:80]!r} is not of the form field[op]=value, such as stage[eq]=Won.")
    field_name, operator, value = match.groups()
    field = table.fields.get(field_name)
    if field is None:
        raise _invalid("filter", f"There is no field {field_name[:80]!r}.")
    if operator not in field.operators:
        known = ", ".join(sorted(field.operators))
        raise _invalid(field_name, f"{operator[:80]!r} is no operator of this field. It has {known}.")
    try:
        return _compile(table, field_name, field, operator, value)
    except ValidationError as error:
        raise _invalid(field_name, str(error.messages[0])) from error


def _compile(table: Table, field_name: str, field: RecordField, operator: str, value: str) -> Condition:
    column = name(field_name)
    if operator == "is_null":
        if value not in ("true", "false"):
            raise ValidationError("is_null takes true or false.")
        return Condition(SQL("{} IS {}").format(column, SQL("NULL" if value == "true" else "NOT NULL")), ())
    if operator in ("contains", "starts"):
        return _match(table, field_name, value, operator)
    if operator == "in":
        read = [_read(field, v) for v in _split(value)]
        condition = Condition(SQL("{} = ANY(%s::{}[])").format(column, SQL(field.sql_type)), (read,))
        return _narrowed(table, field_name, condition, read)
    read = _read(field, value)
    if operator in _COMPARISONS:
        return Condition(SQL("{} {} %s").format(column, SQL(_COMPARISONS[operator])), (read,))
    if operator == "ne":  # a record without a value is not equal to any
        return Condition(SQL("{} IS DISTINCT FROM %s").format(column), (read,))
    return _narrowed(table, field_name, Condition(SQL("{} = %s").format(column), (read,)), [read])


def _narrowed(table: Table, field_name: str, condition: Condition, values: list[Any]) -> Condition:
    """The condition, with the candidates that the search index finds where the field has no index of its own."""
    if field_name not in table.search or field_name in table.sortable or not all(value.isascii() for value in values):
        return condition  # Python's small letters are Postgres's only in ASCII
    patterns = [like_pattern(value.lower()) for value in values]
    narrowed = SQL("(search_text LIKE ANY(%s) AND {})").format(condition.sql)
    return Condition(narrowed, (patterns, *condition.params))


def _split(values: str) -> list[str]:
    try:
        split = next(csv.reader([values], strict=True), [])
    except csv.Error as error:
        raise ValidationError('in takes values as in a line of CSV: Won,"Lost, late".') from error
    if not 1 <= len(split) <= MAX_VALUES:
        raise ValidationError(f"in takes 1 to {MAX_VALUES} values.")
    return split


def _read(field: RecordField, value: str) -> Any:
    read = field.read(value)
    if read is None:
        raise ValidationError("This needs a value; is_null finds records without one.")
    return read


def _words(value: str, operator: str) -> str:
    if len(value) > 4 * MAX_WORDS:  # as NFC might shorten it; longer ones it takes too long to normalize
        raise ValidationError(f"{operator} takes at most {MAX_WORDS} characters.")
    words = unicodedata.normalize("NFC", value.strip())  # as fields are kept
    if not words or "\x00" in words or any("\ud800" <= c <= "\udfff" for c in words):
        raise ValidationError(f"{operator} needs some text.")
    if len(words) > MAX_WORDS:
        raise ValidationError(f"{operator} takes at most {MAX_WORDS} characters.")
    return words


def _match(table: Table, field_name: str, value: str, operator: str) -> Condition:
    words = _words(value, operator)
    one = SQL("{} ILIKE %s").format(name(field_name))
    pattern = like_pattern(words, anywhere=operator == "contains")
    if field_name not in table.search:
        return Condition(one, (pattern,))
    # The index is on the text of all search fields: it finds the candidates, the field itself decides.
    return Condition(SQL("({} AND {})").format(_ANYWHERE, one), (like_pattern(words), pattern))


def like_pattern(words: str, *, anywhere: bool = True) -> str:
    """Words as a LIKE pattern that finds just them. A lone escape character at the end would make LIKE fail."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%" if anywhere else f"{escaped}%"


def search_condition(table: Table, words: str) -> Condition:
    """The condition that some search field holds the words. Raises Invalid."""
    if not table.search:
        raise _invalid("q", f"{table.label} can't be searched.")
    try:
        return Condition(_ANYWHERE, (like_pattern(_words(words, "q")),))
    except ValidationError as error:
        raise _invalid("q", str(error.messages[0])) from error


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(errors=[{"field": field, "message": message}])
