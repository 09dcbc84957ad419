"""The kinds of fields that a table can have. One class decides what is read, filtered, described and shown."""

from services.records.fields.field import RecordField
from services.records.fields.text import Choice, Currency, Email, LongText, Phone, Text, Website
from services.records.fields.values import Boolean, Date, Integer, Link, Money, Timestamp

__all__ = [
    "Boolean",
    "Choice",
    "Currency",
    "Date",
    "Email",
    "Integer",
    "Link",
    "LongText",
    "Money",
    "Phone",
    "RecordField",
    "Text",
    "Timestamp",
    "Website",
]
