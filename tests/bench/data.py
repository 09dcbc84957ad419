"""A million customers, loaded past the triggers; who sees how many of them; a bare copy of the table."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2

from services import migrations
from services.local.postgres.embedded import EmbeddedPostgres
from services.migrations.bootstrap import bootstrap
from services.migrations.runner import upgrade
from tests.bench.bare import COLUMNS
from tests.bench.server import DATABASE, Server
from tests.support.world import key_of

__all__ = ["PEOPLE", "load", "prewarm", "remove_posts"]

VERSIONS = Path(migrations.__file__).parent / "versions"
ROLES = ("skep_owner", "skep_app", "skep_job")
PEOPLE = ("admin", "manager", "sales")
"""Who asks: an admin; a manager whose team owns 10 %; a salesperson who owns 0.1 %."""

# 10 teams of 100 persons, each of whom owns 0.1 %; of a team's customers 2 % are shared, 0.1 % belong to nobody.
_STAFF = """
INSERT INTO teams (name) SELECT 'Team ' || n FROM generate_series(0, 9) AS n;
INSERT INTO people (name, role, team_id)
  SELECT 'Person ' || lpad(n::text, 4, '0'), CASE WHEN n % 100 = 0 THEN 'manager' ELSE 'sales' END, t.id
    FROM generate_series(0, 999) AS n JOIN teams t ON t.name = 'Team ' || n / 100;
INSERT INTO people (name, role) VALUES ('admin', 'admin');
INSERT INTO clients (name, person_id, role)
  SELECT c.name, p.id, c.name
    FROM (VALUES ('admin', 'admin'), ('manager', 'Person 0000'), ('sales', 'Person 0001')) AS c (name, person)
    JOIN people p ON p.name = c.person;
"""

# %(rows)s customers. In each thousand every person has one, in an order of its own, so that who owns a customer says
# nothing about its country or revenue. created_at differs for each.
_CUSTOMERS = """
INSERT INTO customers (id, company, sector, email, phone, website, size, founded, revenue, currency, country, notes,
                       owner_id, team_id, shared, created_at, updated_at)
SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' ||
        substr(md5(n::text), 4, 15))::uuid,
       (ARRAY['Apex','Boreal','Cinder','Delta','Ember','Fable','Garnet','Harbor','Iris','Juniper','Kestrel','Lumen',
              'Meadow','North','Onyx','Pioneer','Quarry','River','Summit','Tundra','Umber','Vertex','Willow','Xenon',
              'Yarrow','Zephyr'])[1 + n %% 26] || ' ' ||
       (ARRAY['Analytics','Bakery','Cargo','Dental','Energy','Foods','Glass','Health','Insurance','Joinery','Kitchens',
              'Logistics','Motors','Networks','Optics','Paper','Robotics'])[1 + n %% 17] || ' ' || n || ' ' ||
       (ARRAY['Ltd','Inc','GmbH','SA','LLC'])[1 + n %% 5],
       s.names[1 + n %% cardinality(s.names)],
       CASE WHEN n %% 10 > 0 THEN 'office' || n || '@' || substr(md5(n::text), 1, 8) || '.example' END,
       '+1 555 ' || lpad((n %% 10000000)::text, 7, '0'), 'https://www.' || substr(md5(n::text), 1, 8) || '.example',
       n %% 5000, 1900 + n %% 120,
       CASE WHEN n %% 20 > 0 THEN ((n::bigint * 7919) %% 9000000)::numeric(14, 3) + 0.5 END, 'USD',
       c.names[1 + n %% cardinality(c.names)], 'asked for a quote on forty units by the end of the month',
       p.ids[o.number], p.teams[o.number], p.ids[o.number] IS NOT NULL AND n / 1000 %% 50 = 0,
       now() - (%(rows)s - n) * interval '7 seconds', now() - (%(rows)s - n) * interval '7 seconds'
  FROM generate_series(1, %(rows)s) AS n,
       LATERAL (SELECT 1 + (n * 617 + n / 1000 * 331) %% 1000) AS o (number),
       (SELECT array_agg(name ORDER BY name) FROM sectors) AS s (names),
       (SELECT array_agg(name ORDER BY name) FROM countries) AS c (names),
       (SELECT array_agg(CASE WHEN name <> 'Person 0999' THEN id END ORDER BY name),
               array_agg(CASE WHEN name <> 'Person 0999' THEN team_id END ORDER BY name)
          FROM people WHERE name LIKE 'Person%%') AS p (ids, teams)
"""

# The table of the bare handler: the same columns, and no more than what it needs of keys and indexes.
_BARE = f"""
CREATE SCHEMA bare;
CREATE TABLE bare.customers (LIKE public.customers INCLUDING CONSTRAINTS);
ALTER TABLE bare.customers DROP COLUMN search_text, ALTER id SET DEFAULT skep.uuid7(),
  ALTER created_at SET DEFAULT now(), ALTER updated_at SET DEFAULT now(), ALTER version SET DEFAULT 1,
  ALTER shared SET DEFAULT false, ALTER custom SET DEFAULT '{{}}';
INSERT INTO bare.customers ({COLUMNS}) SELECT {COLUMNS} FROM public.customers;
ALTER TABLE bare.customers ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX ON bare.customers (company) WHERE deleted_at IS NULL;
CREATE INDEX ON bare.customers (created_at, id) WHERE deleted_at IS NULL;
CREATE VIEW bare.customers_all AS SELECT * FROM bare.customers WHERE deleted_at IS NULL;
GRANT USAGE ON SCHEMA bare TO skep_app;
GRANT SELECT, INSERT ON bare.customers, bare.customers_all TO skep_app;
"""


def load(server: Server, rows: int, report: Callable[[str], None]) -> None:
    """Makes the database, unless the server has it with as many rows."""
    if _is_loaded(server, rows):
        return
    began = time.monotonic()
    server.disconnect()
    _make_database(server.postgres)
    server.sql("CREATE EXTENSION pg_prewarm")
    server.sql(_STAFF)
    for name in PEOPLE:
        server.sql(
            "INSERT INTO skep.credentials (kind, hash, client_id)"
            " SELECT 'client', sha256(convert_to(%s, 'UTF8')), id FROM clients WHERE name = %s",
            (key_of(name), name),
        )
    indexes = server.sql(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = 'customers'::regclass AND NOT indisprimary"
    )
    for name, _ in indexes:
        server.sql(f"DROP INDEX {name}")
    server.sql("SET session_replication_role = replica")
    server.sql(_CUSTOMERS, {"rows": rows})  # type: ignore[arg-type]
    server.sql("SET session_replication_role = origin")
    report(f"{rows:,} rows after {time.monotonic() - began:.0f} s")
    for _, definition in indexes:
        server.sql(definition)
    report(f"{len(indexes)} indexes after {time.monotonic() - began:.0f} s")
    server.sql(_BARE)
    server.sql("VACUUM ANALYZE")
    server.sql(f"COMMENT ON DATABASE {DATABASE} IS '{_version(rows)}'")
    report(f"loaded after {time.monotonic() - began:.0f} s")


def remove_posts(server: Server) -> None:
    """Takes away what the measured POSTs have made, so that the next part finds the table as it was loaded."""
    server.sql("SET session_replication_role = replica")
    for table in ("public.customers", "bare.customers"):
        server.sql(f"DELETE FROM {table} WHERE company LIKE 'Aperture Vono %'")
    server.sql("SET session_replication_role = origin")
    server.sql("VACUUM ANALYZE customers, bare.customers")


def prewarm(server: Server) -> None:
    """Reads tables and indexes into shared buffers."""
    server.sql(
        "SELECT sum(pg_prewarm(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE relkind IN ('r', 'i') AND nspname IN ('public', 'bare', 'skep', 'pg_catalog')"
    )


def _is_loaded(server: Server, rows: int) -> bool:
    try:
        comment = server.sql(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", (DATABASE,)
        )
    except psycopg2.OperationalError:
        return False
    return bool(comment) and comment[0][0] == _version(rows)


def _version(rows: int) -> str:
    """What a kept database must have been made of."""
    digest = hashlib.sha256((_STAFF + _CUSTOMERS + _BARE).encode())
    for file in sorted(VERSIONS.glob("*.sql")):
        digest.update(file.read_bytes())
    return f"{rows} rows, {digest.hexdigest()[:16]}"


def _make_database(postgres: EmbeddedPostgres) -> None:
    superuser = psycopg2.connect(postgres.url())
    superuser.autocommit = True
    with superuser.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    superuser.close()
    bootstrap(postgres.url(), DATABASE, {role: postgres.password(role) for role in ROLES})
    upgrade(postgres.url("skep_owner", DATABASE), report=lambda _: None)
