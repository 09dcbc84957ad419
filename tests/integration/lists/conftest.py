"""A world full of records of many shapes, for lists of them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from services.records.render import renderer
from services.records.sql import columns, text
from services.registry import TABLES
from tests.support.samples import Samples
from tests.support.world import World

COMPANIES = (
    *("Acme", "acme", "ACME", "Zoë", "Ärger", "100% Pure", "snake_case", "back\\slash", "a,b", '"quoted"'),
    *("שלום", "🐝 Bee"),
)
"""Stems of names; the number behind them makes them unique."""

OWNERS = (None, "sam", "sue", "mia", "sid", "max", "ada")


def _customers(samples: Samples, world: World, dice: random.Random) -> None:
    for number in range(240):
        owner = dice.choice(OWNERS)
        given: dict[str, Any] = {
            "company": f"{dice.choice(COMPANIES)} {number:03}",
            "email": dice.choice([None, None, f"who{number % 7}@example.com"]),
            "size": dice.choice([None, 0, 1, 10, 10, 2_000_000_000]),
            "founded": dice.choice([None, 1, 1999, 9999]),
            "revenue": dice.choice([None, None, "0", "0.01", "-5", "12.50", "12.50", "99999999999.99"]),
            "currency": dice.choice(["USD", "EUR"]),
            "sector": dice.choice([None, "Retail", "Finance"]),
            "country": dice.choice([None, "Italy"]),
            "phone": dice.choice([None, "+1 415 555 0123"]),
            "notes": dice.choice([None, "line one\nline two", "50% off_"]),
        }
        samples.insert(
            TABLES["customers"],
            owner_id=world.ids[owner] if owner else None,
            shared=owner is not None and dice.random() < 0.5,
            **given,
        )


def _opportunities(samples: Samples, world: World, dice: random.Random) -> None:
    customers = [row[0] for row in samples.run("SELECT id FROM customers ORDER BY id LIMIT 5")]
    for number in range(120):
        owner = dice.choice(OWNERS)
        given: dict[str, Any] = {
            "external_id": dice.choice([None, f"X{number}"]),
            "name": dice.choice([None, "Same name", f"Deal {number}"]),
            "stage": dice.choice(["Prospecting", "Engaging", "Proposal", "Won", "Lost"]),
            "amount": dice.choice([None, "0", "7", "1054.00"]),
            "customer_id": dice.choice([None, *customers]),
            "engaged_on": dice.choice([None, "0001-01-01", "2026-01-31"]),
            "closed_on": dice.choice([None, "2026-02-28", "2026-03-01", "9999-12-31"]),
        }
        samples.insert(TABLES["opportunities"], owner_id=world.ids[owner] if owner else None, **given)


@pytest.fixture(scope="module")
def full_world(world: World, samples: Samples) -> World:
    """The world with some hundred records: ties, gaps, and names that a pattern might stumble over."""
    dice = random.Random(7)
    _customers(samples, world, dice)
    _opportunities(samples, world, dice)
    for table in ("products", "sectors", "people"):
        for _ in range(40):
            samples.insert(TABLES[table])
    for _ in range(60):
        owner = dice.choice(OWNERS)
        samples.insert(TABLES["contacts"], owner_id=world.ids[owner] if owner else None)
    # Many records of one moment, as an import makes them: only the id tells them apart.
    samples.run("ALTER TABLE customers DISABLE TRIGGER USER")
    samples.run("UPDATE customers SET created_at = '2026-01-01 00:00:00.5+00' WHERE size = 10")
    samples.run("UPDATE customers SET company = '  ' || company || '  ' WHERE founded = 1")
    samples.run("ALTER TABLE customers ENABLE TRIGGER USER")
    return world


@pytest.fixture(scope="module")
def records(full_world: World) -> Mapping[str, Mapping[str, list[dict[str, Any]]]]:
    """caller -> table -> all records that the caller sees, read through the policy."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for who in ("ada", "mia", "sam", "vic"):
        found[who] = {}
        for name, table in TABLES.items():
            fields = tuple(table.fields)
            statement = f"SELECT {text(columns(fields))} FROM {name} WHERE deleted_at IS NULL"
            rows = full_world.caller(who).run(statement)
            found[who][name] = [renderer(table, fields)(row) for row in rows]
    return found
