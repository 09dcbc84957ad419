"""No page of a list reads a whole table, whoever asks and by whatever a table can be searched or sorted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from services.records.fields import Choice, Date, Email, Integer, Money, Text, Timestamp
from services.records.listing import Query, list_records
from services.records.paging import Position, encode_cursor, parse_order
from services.records.table import Reference, Table
from services.registry import TABLES
from services.shared.caller import Build, Caller
from tests.support.postgres import Postgres
from tests.support.samples import Samples
from tests.support.world import World

ROWS = 100_000
LARGE = ("customers", "contacts", "opportunities")
CALLERS = ("ada", "vic", "mia", "sam")

COLUMNS = {
    "customers": {
        "company": "left(md5(i::text), 12) || ' ' || i",
        "email": "CASE WHEN mod(i, 3) > 0 THEN left(md5((i + 1)::text), 12) || '@example.com' END",
        "revenue": "CASE WHEN mod(i, 50) > 0 THEN mod(i, 10007) END",
        "currency": "'USD'",
    },
    "contacts": {
        "name": "left(md5(i::text), 12) || ' ' || i",
        "email": "CASE WHEN mod(i, 3) > 0 THEN left(md5((i + 1)::text), 12) || '@example.com' END",
        "customer_id": "'{customer}'::uuid",
    },
    "opportunities": {
        "external_id": "CASE WHEN mod(i, 4) > 0 THEN left(md5(i::text), 12) || i END",
        "name": "left(md5(i::text), 12) || ' ' || i",
        "stage": "(ARRAY['Prospecting', 'Engaging', 'Proposal', 'Won', 'Lost'])[1 + mod(i, 5)]",
        "amount": "CASE WHEN mod(i, 50) > 0 THEN mod(i, 10007) END",
        "closed_on": "CASE WHEN mod(i, 2) > 0 THEN date '2016-01-01' + mod(i, 3650) END",
        "currency": "'USD'",
    },
}
"""Column -> its value in row i. Other columns are empty."""

VALUES = {
    Choice: ("Won",),
    Date: ("2025-12-01",),
    Email: ("c4ca4238a0b9@example.com",),
    Integer: ("5",),
    Money: ("5", "10006"),
    Text: ("c4ca4238a0b9 1",),
    Timestamp: ("2020-03-01T00:00:00Z",),
}
WORDS = ("c4ca4238a", "e23", "not to be found")


@pytest.fixture(scope="module")
def large_world(postgres: Postgres, world: World, samples: Samples) -> World:
    """100,000 records in each large table: a thousand owners in ten teams, of whom sam owns 0.1 % and mia sees 10 %."""
    samples.run(
        "INSERT INTO people (name, team_id) SELECT 'Person ' || i,"
        " CASE mod(i, 10) WHEN 0 THEN %s::uuid WHEN 1 THEN %s::uuid END FROM generate_series(1, 997) i",
        (world.ids["North"], world.ids["South"]),
    )
    customer = samples.insert(TABLES["customers"], owner_id=world.ids["sam"])
    for name in LARGE:
        _fill(samples, name, {c: v.replace("{customer}", customer) for c, v in COLUMNS[name].items()})
    return world


def _fill(samples: Samples, name: str, columns: dict[str, str]) -> None:
    indexes = samples.run(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT indisprimary",
        (name,),
    )
    samples.run(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    for index, _ in indexes:
        samples.run(f"DROP INDEX {index}")
    samples.run(
        f"INSERT INTO {name} (created_at, owner_id, team_id, shared, {', '.join(columns)})"
        " SELECT timestamptz '2020-01-01' + i * interval '1 minute', p.id, p.team_id,"
        f" p.id IS NOT NULL AND mod(i, 20) = 0, {', '.join(columns.values())}"
        f" FROM generate_series(1, {ROWS}) i LEFT JOIN"
        " (SELECT row_number() OVER (ORDER BY (name = 'sam') DESC, id) AS n, id, team_id FROM people) p"
        " ON p.n = mod(i, 1001)"
    )
    for _, definition in indexes:  # a fifth of the time that it takes to fill them row by row
        samples.run(definition)
    samples.run(f"ALTER TABLE {name} ENABLE TRIGGER USER")
    samples.run(f"VACUUM ANALYZE {name}")


class Explainer:
    """Runs the engine's lists as EXPLAIN, and keeps the plans."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.identity = caller.identity
        self.plans: list[dict[str, Any]] = []

    def run_for_role(self, build: Build) -> list[Any]:
        """The plan instead of the rows."""
        statement, params = build(self.identity.role)
        rows = self._caller.run("EXPLAIN (FORMAT JSON) " + statement, params)
        plan = rows[0][0]
        self.plans.append((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
        return []

    def run(self, statement: str, params: Sequence[Any] = (), *, write: bool = False) -> list[Any]:
        """Not for lists."""
        raise NotImplementedError

    def atomically(self) -> Any:
        """Not for lists."""
        raise NotImplementedError


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _scanned(caller: Caller, table: Table, **wanted: Any) -> list[str]:
    """The tables that the page's plan reads from end to end."""
    explainer = Explainer(caller)
    list_records(explainer, table, Query.parse(table, **wanted))
    return [
        node["Relation Name"]
        for node in _nodes(explainer.plans[0])
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] == table.name
    ]


def _sorts(table: Table) -> list[str]:
    return [sign + field for field in table.sortable for sign in ("", "-")]


def _filters(table: Table) -> Iterator[str]:
    for name in dict.fromkeys((*table.sortable, *table.search)):
        field = table.fields[name]
        for operator in sorted(field.operators):
            match operator:
                case "is_null":
                    values: tuple[str, ...] = ("true", "false")
                case "contains" | "starts":
                    values = WORDS
                case _:
                    values = VALUES[type(field)]
            yield from (f"{name}[{operator}]={value}" for value in values)


def _cursor(table: Table, sort: str) -> str:
    order = parse_order(table, sort)
    field = table.fields[order.field]
    return encode_cursor(order, Position(VALUES[type(field)][0], "0192f0c1-2222-7000-8000-000000000000"))


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("name", LARGE)
def test_no_order_and_no_filter_by_a_sort_or_search_field_reads_the_whole_table(
    name: str, who: str, large_world: World
) -> None:
    table, caller, wrong = TABLES[name], large_world.caller(who), []
    for sort in _sorts(table):
        cursor = _cursor(table, sort)
        asked: list[dict[str, Any]] = [{}, {"cursor": cursor}]
        asked += [{"filters": [f]} for f in _filters(table)]
        asked += [{"q": words} for words in WORDS]
        asked += [{"q": words, "cursor": cursor} for words in WORDS]
        wrong += [f"{sort} {wanted}" for wanted in asked if _scanned(caller, table, sort=sort, **wanted)]
    assert wrong == []


def test_every_table_that_grows_with_its_users_is_tried_at_size() -> None:
    assert {name for name, table in TABLES.items() if not isinstance(table.rights, Reference)} == set(LARGE)


def test_a_filter_that_no_index_serves_would_be_noticed(large_world: World) -> None:
    found = _scanned(large_world.caller("ada"), TABLES["customers"], filters=["phone[eq]=415 555 0123"], sort="company")
    assert found == ["customers"]
