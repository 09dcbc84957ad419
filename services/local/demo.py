"""Fills an empty database with the demo company, through the same engine as everything else."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.local import demo_data as data
from services.local.people import Demo, find_demo, make_demo_people
from services.records.store import create_record, read_body
from services.registry import TABLES
from services.sales.stages import STAGES
from services.shared.caller import Caller, Credential, Transaction
from services.shared.database import Database
from services.shared.settings import Settings

__all__ = ["CUSTOMERS", "OPPORTUNITIES", "make_demo", "make_demo_records"]

CUSTOMERS = 60
OPPORTUNITIES = 300
SEED = 2026
_WEIGHTS = (20, 30, 15, 22, 13)


class _Maker:
    """Makes records in one transaction."""

    def __init__(self, run: Transaction, settings: Settings) -> None:
        self._run, self._settings = run, settings
        self.random = random.Random(SEED)  # noqa: S311 - the same company every time

    def make(self, table: str, **fields: Any) -> str:
        definition = TABLES[table]
        change = create_record(self._run, definition, read_body(definition, fields), self._settings)
        assert change.record is not None  # an admin sees everything
        return str(change.record["id"])


def make_demo(owner_url: str, app_url: str, kept: dict[str, Any]) -> Demo:
    """People with passwords and keys, and records where there are none. kept: what an earlier run wrote of the people.

    Raises psycopg2.Error, SkepError.
    """
    owner, database = Database(owner_url), Database(app_url)
    demo = find_demo(owner, kept) or make_demo_people(owner)
    caller = Caller(database, Credential.from_secret("client", demo.admin_key), "import")
    if not caller.run("SELECT 1 FROM customers_all LIMIT 1"):
        make_demo_records(caller, Settings(database_url=app_url), demo.owners, datetime.now(UTC).date())
    owner.close()
    database.close()
    return demo


def make_demo_records(caller: Caller, settings: Settings, people: Mapping[str, str], today: date) -> None:
    """Products, customers with contacts, opportunities, as an admin. people: who owns them, name -> id."""
    with caller.atomically() as run:
        maker = _Maker(run, settings)
        products = [
            (maker.make("products", name=name, series=series, price=str(price)), price)
            for name, series, price in data.PRODUCTS
        ]
        owners = list(people.values())
        customers = [_customer(maker, number, owners) for number in range(CUSTOMERS)]
        for number in range(OPPORTUNITIES):
            _opportunity(maker, customers[number % CUSTOMERS], maker.random.choice(products), number, today)


def _customer(maker: _Maker, number: int, owners: list[str]) -> tuple[str, str | None]:
    draw = maker.random
    kind, sector = data.KINDS[(number * 7 + number // len(data.PLACES)) % len(data.KINDS)]
    company = f"{data.PLACES[number % len(data.PLACES)]} {kind}"
    country, currency = draw.choice(data.COUNTRIES)
    domain = f"{company.lower().replace(' ', '-')}.example"
    owner = draw.choice(owners) if number % 12 else None
    customer = maker.make(
        "customers",
        company=company,
        sector=sector,
        email=f"office@{domain}",
        phone=f"+1 555 {draw.randint(100, 999)} {draw.randint(1000, 9999)}",
        website=f"https://{domain}",
        size=draw.choice((8, 25, 60, 140, 400, 1200)),
        founded=draw.randint(1921, 2019),
        revenue=str(draw.randint(2, 900) * 10_000),
        currency=currency,
        country=country,
        notes=draw.choice(data.NOTES),
        owner_id=owner,
        shared=owner is not None and draw.random() < 0.25,
    )
    for name in draw.sample(data.CONTACT_NAMES, draw.randint(1, 2)):
        email = f"{name.split()[0].lower()}@{domain}"
        maker.make("contacts", customer_id=customer, name=name, email=email, title=draw.choice(data.ROLES_OF_CONTACTS))
    return customer, owner


def _opportunity(
    maker: _Maker, customer: tuple[str, str | None], product: tuple[str, Decimal], number: int, today: date
) -> None:
    draw = maker.random
    stage = draw.choices(tuple(STAGES), _WEIGHTS)[0]
    engaged = None if stage == "Prospecting" else today - timedelta(days=draw.randint(20, 300))
    closed = engaged + timedelta(days=draw.randint(5, 19)) if engaged and stage in ("Won", "Lost") else None
    amount = product[1] * draw.randint(1, 12) * draw.choice((Decimal("0.9"), Decimal(1)))
    maker.make(
        "opportunities",
        external_id=f"DEMO-{number + 1:04}",
        customer_id=customer[0],
        product_id=product[0],
        stage=stage,
        amount=None if stage == "Prospecting" else "0" if stage == "Lost" else f"{amount:.2f}",
        engaged_on=engaged and engaged.isoformat(),
        expected_on=None if closed else (today + timedelta(days=draw.randint(7, 120))).isoformat(),
        closed_on=closed and closed.isoformat(),
        owner_id=customer[1],
        notes=draw.choice(data.NOTES),
    )
