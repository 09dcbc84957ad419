"""Fields that hold numbers, amounts, dates, truth values and links."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from services.records.fields.field import EQUALITY, RecordField

__all__ = ["Boolean", "Date", "Integer", "Link", "Money", "Timestamp"]

MONEY_LIMIT = Decimal("99999999999.999")
INTEGER_LIMIT = 2_147_483_647


def _within(number: Decimal, limit: Decimal | int) -> bool:
    # Not by abs(), which overflows for 1e999999999.
    return number.is_finite() and -limit <= number <= limit


class Integer(RecordField):
    """A whole number."""

    sql_type = "int"
    widget = "number"

    def __init__(self, *, minimum: int = -INTEGER_LIMIT, maximum: int = INTEGER_LIMIT, **options: Any) -> None:
        super().__init__(**options)
        self.minimum, self.maximum = minimum, maximum

    def read(self, value: Any) -> int | None:
        if isinstance(value, str) and not value.strip() and self.nullable:
            return None
        number = self._whole(value)
        if not self.minimum <= number <= self.maximum:
            raise ValidationError(f"This must be between {self.minimum:,} and {self.maximum:,}.")
        return number

    def _whole(self, value: Any) -> int:
        if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,15}\s*", value, re.ASCII):
            return int(value)
        if isinstance(value, Decimal) and _within(value, INTEGER_LIMIT) and value == int(value):
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise ValidationError("This must be a whole number.")

    def json_schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}


class Money(RecordField):
    """An amount in the currency that another field of the record names; on the wire a string, never a float."""

    sql_type = "numeric"
    widget = "money"

    def __init__(self, *, currency_field: str = "currency", minimum: Decimal | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.currency_field = currency_field
        self.minimum = -MONEY_LIMIT if minimum is None else minimum

    def read(self, value: Any) -> Decimal | None:
        if isinstance(value, str) and not value.strip() and self.nullable:
            return None
        number = self._number(value)
        if not self.minimum <= number <= MONEY_LIMIT:
            raise ValidationError(f"This must be between {self.minimum:,} and {MONEY_LIMIT:,}.")
        kept = number.quantize(Decimal("0.001"))  # 0E+999999999 is a number to Python, but not to Postgres
        if number != kept:
            raise ValidationError("An amount has at most three decimals.")
        return kept

    def _number(self, value: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise ValidationError('This must be an amount, such as "1054.00".')
        if isinstance(value, str) and not re.fullmatch(r"\s*[+-]?[0-9]{1,15}(\.[0-9]{1,15})?\s*", value, re.ASCII):
            raise ValidationError('This must be an amount, such as "1054.00".')
        number = Decimal(value)
        if not _within(number, MONEY_LIMIT):
            raise ValidationError(f"This must be between {self.minimum:,} and {MONEY_LIMIT:,}.")
        return number

    def json_schema(self) -> dict[str, Any]:
        sign = "" if self.minimum >= 0 else "-?"
        return {"type": "string", "pattern": rf"^{sign}[0-9]{{1,11}}(\.[0-9]{{1,3}})?$"}


class Date(RecordField):
    """A day, YYYY-MM-DD, from year 1 to 9999."""

    sql_type = "date"
    widget = "date"

    def read(self, value: Any) -> str | None:
        if isinstance(value, str) and not value.strip() and self.nullable:
            return None
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.strip(), re.ASCII):
            raise ValidationError("This must be a date, such as 2026-01-31.")
        try:
            return date.fromisoformat(value.strip()).isoformat()
        except ValueError as error:
            raise ValidationError("There is no such day.") from error

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class Boolean(RecordField):
    """Yes or no."""

    sql_type = "boolean"
    widget = "checkbox"
    operators = frozenset({"eq", "ne"})

    def read(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return bool(value == "true")
        raise ValidationError("This must be true or false.")

    def json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Link(RecordField):
    """The id of a record of another table."""

    sql_type = "uuid"
    widget = "link"
    operators = EQUALITY

    def __init__(self, *, to: str, **options: Any) -> None:
        super().__init__(**options)
        self.to = to

    def read(self, value: Any) -> str | None:
        if isinstance(value, str) and not value.strip() and self.nullable:
            return None
        try:
            if not isinstance(value, str) or len(value) != 36:
                raise ValueError
            return str(uuid.UUID(value))
        except ValueError as error:
            raise ValidationError("This must be the id of a record.") from error

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}


class Timestamp(RecordField):
    """An instant, RFC 3339 in UTC."""

    sql_type = "timestamptz"
    widget = "timestamp"
    _SHAPE = re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?"
    )

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or not self._SHAPE.fullmatch(value):
            raise ValidationError("This must be a time, such as 2026-01-31T09:00:00Z.")
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise ValidationError("There is no such time.") from error
        if not 1 < moment.year < 9999:  # a zone's shift must not leave what Postgres and Python share
            raise ValidationError("There is no such time.")
        # In UTC, since Postgres knows no zones beyond 16 hours.
        return (moment.astimezone(UTC) if moment.tzinfo else moment).isoformat() + ("" if moment.tzinfo else "Z")

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}
