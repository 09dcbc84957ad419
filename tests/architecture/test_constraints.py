"""Every constraint that a write can break has a field and a sentence, so that no caller reads Postgres's words."""

from __future__ import annotations

import re

import pytest

from services.records.errors import constraint_message
from services.records.fields import Choice
from services.registry import TABLES
from tests.architecture.tree import expect_none, read

SCHEMA = "services/migrations/schema.sql"
NAMED = re.compile(r"CONSTRAINT (\w+) (?!PRIMARY KEY)|USING CONSTRAINT = '(\w+)'|CREATE UNIQUE INDEX (\w+)")
"""A primary key is uuid7()'s: nobody gives it, so nobody breaks it."""


def constraints(table: str) -> set[str]:
    """The names that Postgres may give for a broken rule of a table."""
    names = {name for match in NAMED.finditer(read(SCHEMA)) for name in match.groups() if name}
    options = {
        f"{table}_{n}_option" for n, f in TABLES[table].fields.items() if isinstance(f, Choice) and f.options_from
    }
    return {name for name in names if name.startswith(f"{table}_")} | options


@pytest.mark.parametrize("table", TABLES)
def test_every_constraint_of_a_table_has_a_field_and_a_sentence(table: str) -> None:
    found = constraints(table)
    assert found, f"{SCHEMA} has no constraint of {table}"
    told = {name: constraint_message(TABLES[table], name) for name in found}
    expect_none(name for name, message in told.items() if message is None)
    expect_none(name for name, message in told.items() if message and message["field"] not in TABLES[table].fields)


@pytest.mark.parametrize("table", TABLES)
def test_every_message_of_a_table_is_for_a_constraint_that_there_is(table: str) -> None:
    expect_none(TABLES[table].messages.keys() - constraints(table))
