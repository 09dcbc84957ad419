"""A Table and its migration say the same: columns, rights, links, lists, indexes, constraints."""

from __future__ import annotations

import re

import pytest

from services.records.errors import constraint_message
from services.records.fields import Choice, Link, RecordField
from services.records.table import ChildOf, Owned, Reference, Table
from services.registry import TABLES
from tests.support.world import World

SQL_TYPES = {
    "int": {"integer"},
    "numeric": {"numeric(14,3)"},
    "timestamptz": {"timestamp with time zone"},
    "text": {"text"},
    "date": {"date"},
    "boolean": {"boolean"},
    "uuid": {"uuid"},
}
MAY_BE_NULL = {("opportunities", "name")}
"""Fields that a body may leave out, for which a trigger always finds a value."""

each_table = pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)


@each_table
def test_a_table_has_a_column_of_the_right_type_for_every_field(table: Table, world: World) -> None:
    columns = {
        name: (sql_type, not_null)
        for name, sql_type, not_null in world.owner(
            "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            (table.name,),
        )
    }
    kept = {"deleted_at", "custom"} | ({"search_text"} if table.search else set())
    assert set(columns) == set(table.fields) | kept
    for name, field in table.fields.items():
        sql_type, not_null = columns[name]
        assert sql_type in SQL_TYPES[field.sql_type], name
        if (table.name, name) not in MAY_BE_NULL:
            assert not_null == (not field.nullable), name


@each_table
def test_every_link_is_guarded(table: Table, world: World) -> None:
    rows = world.owner("SELECT child_column, parent, on_delete FROM skep.links WHERE child = %s", (table.name,))
    links = {name: field.to for name, field in table.links.items() if name != "team_id" or "team_id" in table.declared}
    if isinstance(table.rights, ChildOf):
        links.pop("owner_id")  # its parent's is
    assert {(name, to) for name, to, _ in rows} == set(links.items())
    cascading = {name for name, _, on_delete in rows if on_delete == "cascade"}
    assert cascading == ({table.rights.link} if isinstance(table.rights, ChildOf) else set())


@each_table
def test_every_list_of_options_is_guarded(table: Table, world: World) -> None:
    rows = world.owner(
        "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid WHERE tgrelid = %s::regclass"
        " AND prosrc LIKE '%%_option%%'",
        (table.name,),
    )
    guarded = {(name.removeprefix("c_"), re.findall(r"public\.(\w+)", source)[0]) for name, source in rows}
    lists = {(n, f.options_from) for n, f in table.declared.items() if isinstance(f, Choice) and f.options_from}
    assert guarded == lists
    assert {list_name for _, list_name in lists} <= set(TABLES)


@each_table
def test_every_sort_field_has_an_index_for_each_branch(table: Table, world: World) -> None:
    rows = world.owner(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s", (table.name,)
    )
    indexes = dict(rows)
    for field in table.sortable:
        for branch in table.rights.branches:
            assert f"({_leads(branch)}{field}, id)" in indexes[f"{table.name}_{field}_{branch}"]
            if table.fields[field].nullable and (table.name, field) not in MAY_BE_NULL:
                assert f"{field} IS NULL" in indexes[f"{table.name}_{field}_{branch}_null"]
    if table.search:
        assert "search_text gin_trgm_ops" in indexes[f"{table.name}_search"]


@each_table
def test_q_looks_in_the_fields_that_the_definition_names(table: Table, world: World) -> None:
    rows = world.owner(
        "SELECT generation_expression FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND column_name = 'search_text'",
        (table.name,),
    )
    found = set(re.findall(r"COALESCE\((\w+)", rows[0][0])) if rows else set()
    assert found == set(table.search)


def _leads(branch: str) -> str:
    return {"own": "owner_id, ", "team": "team_id, ", "team_shared": "team_id, "}.get(branch, "")


@each_table
def test_every_constraint_has_a_field_and_a_sentence(table: Table, world: World) -> None:
    rows = world.owner(
        "SELECT conname FROM pg_constraint WHERE conrelid = %(t)s::regclass AND contype IN ('c', 'f', 'x')"
        " UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %(t)s::regclass"
        "  AND indisunique AND NOT indisprimary"
        " UNION SELECT child || '_' || child_column || '_fkey' FROM skep.links WHERE child = %(t)s",
        {"t": table.name},  # type: ignore[arg-type]
    )
    names = {row[0] for row in rows}
    names |= {f"{table.name}_{n}_option" for n, f in table.fields.items() if isinstance(f, Choice) and f.options_from}
    told = {name: constraint_message(table, name) for name in names}
    assert [name for name, message in told.items() if message is None] == []
    for message in told.values():
        assert message is not None
        assert message["field"] in table.fields
        assert message["message"].endswith(".")


@each_table
def test_the_natural_key_is_unique_among_the_living(table: Table, world: World) -> None:
    if table.natural_key is None:
        return
    rows = world.owner(
        "SELECT indexdef FROM pg_indexes WHERE indexname = %s", (f"{table.name}_{table.natural_key}_unique",)
    )
    assert rows[0][0].endswith(f"({table.natural_key}) WHERE (deleted_at IS NULL)")


@each_table
def test_a_new_record_has_the_defaults_that_the_definition_has(table: Table, world: World) -> None:
    rows = world.owner(
        "SELECT attname, pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid"
        " AND attnum = adnum WHERE adrelid = %s::regclass",
        (table.name,),
    )
    defaults = dict(rows)
    system = {"id": "skep.uuid7()", "version": "1", "custom": "'{}'::jsonb"}
    for name, default in system.items():
        assert defaults[name] == default
    assert ("owner_id" in defaults) == isinstance(table.rights, Owned)
    for name, field in table.declared.items():
        if name in defaults:
            assert defaults[name].startswith(f"'{field.default}'")


def test_every_link_leads_to_a_table() -> None:
    links = [(t.name, n, f) for t in TABLES.values() for n, f in t.fields.items() if isinstance(f, Link)]
    assert links
    assert [(table, name) for table, name, field in links if field.to not in TABLES] == []


def test_every_kind_of_field_says_its_sql_type() -> None:
    def kinds(kind: type[RecordField]) -> list[type[RecordField]]:
        return [kind, *(deeper for k in kind.__subclasses__() for deeper in kinds(k))]

    assert {kind.sql_type for kind in kinds(RecordField)} <= set(SQL_TYPES)


@each_table
def test_each_kind_of_rights_has_its_columns(table: Table, world: World) -> None:
    rights = {"owner_id", "team_id", "shared"}
    if isinstance(table.rights, Reference):
        assert not (rights - {"team_id"}) & set(table.fields)
    else:
        assert rights <= set(table.fields)
