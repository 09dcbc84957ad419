"""SQL slipped in as the application's role: it can't become somebody else, nor see more."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest

from services.registry import TABLES
from services.shared.caller import ACT_AS
from tests.support.samples import Samples
from tests.support.world import World

CUSTOMERS = TABLES["customers"]


class Attacker:
    """A bare connection as skep_app, which sends what it likes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._connection = psycopg2.connect(world.url("skep_app"))
        self._connection.autocommit = True

    def send(self, statement: str, params: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """One message."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement, params or None)
            return cursor.fetchall() if cursor.description else []

    def send_as(self, who: str, statement: str, params: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """One message that begins with act_as."""
        return self.send(ACT_AS + statement, (*self._world.caller(who).prefix(None), *params))

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()


@pytest.fixture
def attacker(world: World) -> Iterator[Attacker]:
    """SQL as skep_app."""
    made = Attacker(world)
    yield made
    made.close()


@pytest.fixture(scope="module", autouse=True)
def hidden(world: World, samples: Samples) -> str:
    """A record that sam does not see, beside one of his own."""
    samples.insert(CUSTOMERS, owner_id=world.ids["sam"])
    return samples.insert(CUSTOMERS, owner_id=world.ids["sid"])


COUNT = "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM customers_visible)"
NOTHING = [(0, 0)]


@pytest.mark.parametrize(
    "forged",
    [
        "(admin,,,rest,)#x",
        "(00000000-0000-0000-0000-000000000000,admin,,,rest,,)#x",
        "(,admin,,,,,)",
        "#",
        "x",
        "(((",
        "",
    ],
)
def test_a_forged_caller_sees_nothing(attacker: Attacker, forged: str) -> None:
    assert attacker.send("SELECT set_config('skep.caller', %s, true);" + COUNT, (forged,)) == NOTHING


def test_a_caller_set_for_the_whole_session_sees_nothing(attacker: Attacker) -> None:
    attacker.send("SELECT set_config('skep.caller', '(,admin,,,,,)#x', false)")
    assert attacker.send(COUNT) == NOTHING


def test_without_an_attack_there_is_something_to_see(attacker: Attacker) -> None:
    assert attacker.send_as("sam", COUNT) == [(1, 1)]
    assert attacker.send_as("ada", COUNT) == [(2, 2)]


def test_the_role_can_not_be_changed_after_act_as(attacker: Attacker) -> None:
    change = "SELECT set_config('skep.caller', replace(current_setting('skep.caller'), 'sales', 'admin'), true);"
    assert attacker.send_as("sam", change + COUNT) == NOTHING


@pytest.mark.parametrize("member", ["principal_id", "role", "person_id", "team_id", "door", "change_set", "undoes"])
def test_no_member_of_the_caller_can_be_changed_after_act_as(attacker: Attacker, world: World, member: str) -> None:
    value = "'admin'" if member in ("role", "door") else f"'{world.ids['ada']}'"
    change = f"""DO $$
    DECLARE
      given text := current_setting('skep.caller');
      c skep.caller := left(given, strpos(given, '#') - 1)::skep.caller;
    BEGIN
      c.{member} := {value};
      PERFORM set_config('skep.caller', c::text || substr(given, strpos(given, '#')), true);
    END $$;"""
    assert attacker.send_as("sam", change + COUNT) == NOTHING


def test_a_seal_is_worth_nothing_in_the_next_transaction(attacker: Attacker) -> None:
    seal = attacker.send_as("ada", "SELECT current_setting('skep.caller')")[0][0]
    assert attacker.send("SELECT set_config('skep.caller', %s, true);" + COUNT, (seal,)) == NOTHING


def test_a_seal_is_worth_nothing_on_another_connection(attacker: Attacker, world: World) -> None:
    other = Attacker(world)
    other.send("BEGIN")
    seal = other.send_as("ada", "SELECT current_setting('skep.caller')")[0][0]
    assert attacker.send("SELECT set_config('skep.caller', %s, true);" + COUNT, (seal,)) == NOTHING
    other.close()


def test_a_transaction_leaves_no_caller_behind(attacker: Attacker) -> None:
    assert attacker.send_as("ada", COUNT) != NOTHING
    assert attacker.send(COUNT) == NOTHING


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TEMP TABLE t (i int)",
        "CREATE TABLE t (i int)",
        "CREATE TABLE skep.t (i int)",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE VIEW v AS SELECT 1",
        "CREATE SCHEMA s",
        "CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)",
        "CREATE EXTENSION dblink",
        "SELECT * FROM skep.seal_key",
        "SELECT * FROM skep.credentials",
        "SELECT * FROM skep.passwords",
        "SELECT * FROM skep.idempotency_keys",
        "SELECT * FROM skep.sign_in_failures",
        "SELECT * FROM skep.change_log",
        "SELECT * FROM skep.change_log_rest",
        "SELECT * FROM skep.jobs",
        "SELECT * FROM skep.tables",
        "UPDATE skep.credentials SET revoked_at = NULL",
        "INSERT INTO skep.feed VALUES (gen_random_uuid())",
        "SELECT skep.seal('x', 'y')",
        "SELECT skep.set_caller(NULL)",
        "SELECT skep.find_principal('client', 'x')",
        "DELETE FROM customers",
        "TRUNCATE customers",
        "ALTER TABLE customers DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE customers DISABLE TRIGGER ALL",
        "DROP POLICY read_rights ON customers",
        "SET session_replication_role = replica",
        "SET ROLE skep_owner",
        "SET SESSION AUTHORIZATION skep_owner",
        "COPY customers TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM pg_authid",
        "SELECT * FROM pg_statistic",
        "SELECT query FROM pg_stat_activity",
        "SELECT pg_stat_get_backend_activity(i) FROM pg_stat_get_backend_idset() i",
    ],
)
def test_this_is_refused_even_to_an_admin(attacker: Attacker, statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        attacker.send_as("ada", statement)


def test_row_security_can_not_be_switched_off(attacker: Attacker) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        attacker.send_as("sam", "SET LOCAL row_security = off; SELECT count(*) FROM customers")


def test_the_planners_statistics_show_no_values(attacker: Attacker, world: World) -> None:
    world.owner("ANALYZE customers")
    assert attacker.send_as("ada", "SELECT count(*) FROM pg_stats WHERE tablename = 'customers'") == [(0,)]


def test_act_as_takes_no_hash_that_nobody_has(attacker: Attacker) -> None:
    for kind in ("client", "session", "iam"):
        with pytest.raises(psycopg2.OperationalError) as raised:
            attacker.send("SELECT skep.act_as(%s, 'x', 'admin', 'rest')", (kind,))
        assert raised.value.pgcode == "28000"


def test_a_message_without_a_caller_writes_nothing(attacker: Attacker, hidden: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        attacker.send("INSERT INTO customers (company, currency) VALUES ('Nobody''s', 'USD')")
    attacker.send("UPDATE customers SET company = 'Nobody''s' WHERE id = %s", (hidden,))
    assert attacker.send_as("ada", "SELECT 1 FROM customers WHERE company = 'Nobody''s'") == []


def test_a_hidden_record_is_told_by_no_error_of_a_policy(attacker: Attacker, hidden: str) -> None:
    # A division by zero on a hidden row would tell that it is there: the policy comes first.
    rows = attacker.send_as("sam", "SELECT 1 / (CASE WHEN id = %s THEN 0 ELSE 1 END) FROM customers", (hidden,))
    assert all(row == (1,) for row in rows)
