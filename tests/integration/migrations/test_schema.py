"""Our own migrations on Postgres 17 and 18, and the schema file that is rendered from them."""

from pathlib import Path

import psycopg2
import pytest

from services.local.postgres.embedded import EmbeddedPostgres
from services.migrations.__main__ import main
from services.migrations.bootstrap import bootstrap
from services.migrations.render import SCHEMA_FILE, render
from services.migrations.runner import upgrade
from tests.integration.migrations.conftest import Query, Write, empty_database
from tests.support.postgres import Postgres


def migrated(server: Postgres) -> str:
    url = empty_database(server)
    upgrade(url)
    return render(url)


def test_the_schema_file_is_fresh(server18: EmbeddedPostgres) -> None:
    assert migrated(server18) == SCHEMA_FILE.read_text(encoding="utf-8"), "run `make schema`"


def test_the_schema_is_the_same_on_postgres_17(server17: Postgres) -> None:
    assert migrated(server17) == SCHEMA_FILE.read_text(encoding="utf-8")


def test_the_render_command_writes_the_file(owner_url: str, tmp_path: Path, write: Write) -> None:
    output = tmp_path / "schema.sql"
    arguments = ["render", "--output", str(output)]
    assert main(arguments, {"SKEP_DATABASE_OWNER_URL": owner_url}) == 0
    assert output.read_text(encoding="utf-8") == render(owner_url)


EVERY_KIND = """
    create type mood as enum ('calm', 'busy');
    create domain code as text constraint code_check check (value ~ '^[A-Z]+$');
    create type pair as (a int, b text);
    create sequence tickets start 5 increment 2;
    create unlogged table "Odd name" (
        id int generated always as identity constraint odd_pkey primary key,
        mood mood default 'calm' not null, code code collate "C",
        length int generated always as (id * 2) stored constraint odd_length_check check (length > 0),
        parent_id int constraint odd_parent_id_fkey references "Odd name"
    ) with (fillfactor = 70);
    create table log (at timestamptz not null) partition by range (at);
    create table log_rest partition of log default;
    create table log_202601 partition of log for values from ('2026-01-01') to ('2026-02-01');
    create index log_at on log (at);
    create statistics odd_statistics on id, mood from "Odd name";
    alter table "Odd name" enable row level security, force row level security;
    create policy odd_read on "Odd name" as restrictive for select to skep_app, skep_job using (id > 0);
    create view odd_view with (security_invoker = true) as select id, mood from "Odd name";
    create materialized view odd_copy as select 1 as one;
    create function odd() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger odd before insert on "Odd name" for each row execute function odd();
    alter table "Odd name" disable trigger odd;
    grant select, update (mood) on "Odd name" to skep_app;
    revoke execute on function odd from public;
    grant execute on function odd to skep_job;
    comment on column log.at is 'it''s when';
"""
UNLOGGED_TABLE = """CREATE UNLOGGED TABLE public."Odd name" (
    id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    mood public.mood DEFAULT 'calm'::public.mood NOT NULL,
    code public.code COLLATE "C",
    length integer GENERATED ALWAYS AS ((id * 2)) STORED,
    parent_id integer,
    CONSTRAINT odd_pkey PRIMARY KEY (id),
    CONSTRAINT odd_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public."Odd name"(id),
    CONSTRAINT odd_length_check CHECK ((length > 0))
) WITH (fillfactor=70);"""
EXPECTED = [
    "CREATE TYPE public.mood AS ENUM ('calm', 'busy');",
    "CREATE TYPE public.pair AS (\n    a integer,\n    b text\n);",
    "CREATE DOMAIN public.code AS text CONSTRAINT code_check CHECK ((VALUE ~ '^[A-Z]+$'::text));",
    "CREATE SEQUENCE public.tickets AS bigint START 5 INCREMENT 2;",
    UNLOGGED_TABLE,
    'ALTER TABLE public."Odd name" ENABLE ROW LEVEL SECURITY;',
    'ALTER TABLE public."Odd name" FORCE ROW LEVEL SECURITY;',
    "CREATE TABLE public.log_rest PARTITION OF public.log DEFAULT;",
    ") PARTITION BY RANGE (at);",
    "CREATE INDEX log_at ON ONLY public.log USING btree (at);",
    'CREATE STATISTICS public.odd_statistics ON id, mood FROM public."Odd name";',
    'CREATE POLICY odd_read ON public."Odd name" AS RESTRICTIVE FOR SELECT TO skep_app, skep_job USING ((id > 0));',
    "CREATE VIEW public.odd_view WITH (security_invoker=true) AS\n SELECT id,\n    mood\n",
    "CREATE MATERIALIZED VIEW public.odd_copy AS\n",
    "EXECUTE FUNCTION public.odd(); -- enabled: D",
    'GRANT SELECT ON public."Odd name" TO skep_app;',
    'GRANT UPDATE (mood) ON public."Odd name" TO skep_app;',
    "GRANT EXECUTE ON FUNCTION public.odd() TO skep_job;",
    "COMMENT ON COLUMN public.log.at IS 'it''s when';",
    "ALTER ROLE skep_app SET jit=off;",
]


@pytest.mark.parametrize("version", ["server17", "server18"])
def test_every_kind_of_thing_is_rendered(version: str, request: pytest.FixtureRequest) -> None:
    url = empty_database(request.getfixturevalue(version))
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(EVERY_KIND)
    connection.close()
    text = render(url)
    assert [part for part in EXPECTED if part not in text] == []
    assert "202601" not in text


def test_bootstrap_changes_nothing_the_second_time(server18: EmbeddedPostgres) -> None:
    url = empty_database(server18)
    before = render(url)
    bootstrap(server18.url(), url.rsplit("/", 1)[1], {})
    assert render(url) == before


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("skep_app", "create table own (id int)"),
        ("skep_app", "create temporary table own (id int)"),
        ("skep_app", "create schema own"),
        ("skep_job", "create function own() returns int language sql as 'select 1'"),
        ("skep_job", "create function pg_temp.own() returns int language sql as 'select 1'"),
    ],
)
def test_the_application_can_make_nothing_of_its_own(
    server18: EmbeddedPostgres, owner_url: str, role: str, statement: str
) -> None:
    connection = psycopg2.connect(server18.url(role, owner_url.rsplit("/", 1)[1]))
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def test_the_application_never_compiles_a_query_and_stops_after_ten_seconds(
    server18: EmbeddedPostgres, query: Query, owner_url: str
) -> None:
    connection = psycopg2.connect(server18.url("skep_app", owner_url.rsplit("/", 1)[1]))
    with connection.cursor() as cursor:
        names = ("jit", "timezone", "statement_timeout", "idle_in_transaction_session_timeout")
        cursor.execute("select " + ", ".join(f"current_setting('{name}')" for name in names))
        assert cursor.fetchone() == ("off", "UTC", "10s", "30s")
    connection.close()
