"""What is sent to each table: a record, a change of it, and values that must be refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from services.records.table import Table

__all__ = ["SAMPLES", "Refusal", "Sample", "name_of", "with_article"]

Body = dict[str, Any]
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Refusal:
    """A body that must be refused, because of this field."""

    why: str
    body: Body
    field: str


@dataclass(frozen=True)
class Sample:
    """body: what POST gets; change: what PATCH gets; parents: tables that a record is made of first."""

    body: Body
    change: Body
    refusals: tuple[Refusal, ...]
    parents: tuple[str, ...] = field(default=())


def name_of(table: Table) -> str:
    """How variables of a table begin."""
    return table.singular.replace(" ", "_")


def with_article(table: Table) -> str:
    """`a customer`, `an opportunity`."""
    return f"{'an' if table.singular[0] in 'aeiou' else 'a'} {table.singular}"


def _named(singular: str) -> Sample:
    name = f"{{{{{singular}_name}}}}"
    refusals = (
        Refusal("a name with nothing in it", {"name": ""}, "name"),
        Refusal("a name that is longer than a name may be", {"name": "x" * 201}, "name"),
    )
    return Sample({"name": name}, {"name": f"{name}-changed"}, refusals)


SAMPLES: dict[str, Sample] = {
    "customers": Sample(
        {
            "company": "{{customer_name}}",
            "email": "office@postman.example",
            "size": 40,
            "revenue": "1250.50",
            "currency": "EUR",
        },
        {"size": 41, "notes": "They called back."},
        (
            Refusal("a revenue that is no amount", {"company": "{{customer_name}}", "revenue": "a lot"}, "revenue"),
            Refusal("fewer than no employees", {"company": "{{customer_name}}", "size": -1}, "size"),
            Refusal(
                "a parent company that isn't there",
                {"company": "{{customer_name}}-2", "parent_id": UNKNOWN_ID},
                "parent_id",
            ),
        ),
    ),
    "contacts": Sample(
        {"customer_id": "{{customer_id}}", "name": "{{contact_name}}", "email": "pat@postman.example"},
        {"title": "Head of purchasing"},
        (
            Refusal("a customer that isn't there", {"customer_id": UNKNOWN_ID, "name": "Pat"}, "customer_id"),
            Refusal(
                "an address that is none", {"customer_id": "{{customer_id}}", "name": "Pat", "email": "pat"}, "email"
            ),
        ),
        ("customers",),
    ),
    "sectors": _named("sector"),
    "countries": _named("country"),
    "products": Sample(
        {"name": "{{product_name}}", "series": "Hives", "price": "19.99", "currency": "EUR"},
        {"price": "21.50"},
        (Refusal("a price below zero", {"name": "{{product_name}}-2", "price": "-1.00"}, "price"),),
    ),
    "opportunities": Sample(
        {
            "external_id": "{{opportunity_name}}",
            "name": "{{opportunity_name}}",
            "customer_id": "{{customer_id}}",
            "product_id": "{{product_id}}",
            "stage": "Engaging",
            "amount": "5400.00",
            "engaged_on": "2026-03-02",
        },
        {"stage": "Won", "closed_on": "2026-04-01"},
        (
            Refusal("a stage that there isn't", {"stage": "Hoping"}, "stage"),
            Refusal(
                "a sale closed before it was engaged",
                {"stage": "Won", "engaged_on": "2026-03-02", "closed_on": "2026-03-01"},
                "closed_on",
            ),
        ),
        ("customers", "products"),
    ),
    "teams": _named("team"),
    "people": Sample(
        {"name": "{{person_name}}", "email": "{{person_name}}@postman.example", "role": "sales", "office": "Zürich"},
        {"role": "manager"},
        (Refusal("a role that there isn't", {"name": "{{person_name}}-2", "role": "king"}, "role"),),
    ),
    "clients": Sample(
        {"name": "{{client_name}}", "person_id": "{{person_id}}", "role": "viewer"},
        {"role": "sales"},
        (
            Refusal(
                "a person who isn't there", {"name": "Nobody's", "person_id": UNKNOWN_ID, "role": "viewer"}, "person_id"
            ),
        ),
        ("people",),
    ),
}
