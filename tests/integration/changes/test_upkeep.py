"""What is done daily: the log's next partitions, and what has served its time."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg2
import pytest

from services.records.changes import list_changes
from services.registry import TABLES
from services.shared.database import Database
from tests.support.world import World


def _partitions(world: World) -> set[str]:
    rows = world.owner(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'skep.change_log'::regclass"
    )
    return {row[0] for row in rows}


def _months(count: int) -> list[str]:
    now = datetime.now(UTC)
    found = []
    for i in range(count):
        years, month = divmod(now.month - 1 + i, 12)
        found.append(f"change_log_{now.year + years}{month + 1:02}")
    return found


def test_the_next_months_get_a_partition_each_and_asking_again_changes_nothing(fresh_world: World) -> None:
    job = Database(fresh_world.url("skep_job"))
    job.run("SELECT skep.make_partitions()", write=True)
    assert _partitions(fresh_world) >= {"change_log_rest", *_months(3)[1:]}
    assert job.run("SELECT skep.make_partitions()", write=True) == [(0,)]
    job.close()


def test_a_months_partition_is_made_although_rows_of_it_have_been_written_without_one(fresh_world: World) -> None:
    (this_month,) = _months(1)
    fresh_world.owner(f"DROP TABLE IF EXISTS skep.{this_month}")
    fresh_world.owner("INSERT INTO sectors (name) VALUES ('Early')")
    assert fresh_world.owner("SELECT count(*) > 0 FROM skep.change_log_rest") == [(True,)]
    before = fresh_world.owner("SELECT count(*), max(seq) FROM skep.change_log")
    fresh_world.owner("SELECT skep.make_partitions()")
    assert this_month in _partitions(fresh_world)
    assert fresh_world.owner("SELECT count(*) FROM skep.change_log_rest") == [(0,)]
    assert fresh_world.owner("SELECT count(*), max(seq) FROM skep.change_log") == before
    items = list_changes(fresh_world.caller("ada"), TABLES, None, 1_000).items
    assert items[-1]["changes"]["name"]["after"] == "Early"


def test_the_log_goes_on_from_month_to_month(fresh_world: World) -> None:
    fresh_world.owner("SELECT skep.make_partitions()")
    fresh_world.owner(
        "INSERT INTO skep.change_log (at, change_set, door, table_name, record_id, operation, derived)"
        " SELECT date_trunc('month', now()) + i * interval '1 month', skep.uuid7(), 'sql', 'sectors', skep.uuid7(),"
        " 'I', false"
        " FROM generate_series(0, 2) i"
    )
    rows = fresh_world.owner("SELECT tableoid::regclass::text, count(*) FROM skep.change_log GROUP BY 1 ORDER BY 1")
    assert {name.removeprefix("skep.") for name, _ in rows} >= set(_months(3)[1:])


def test_what_has_served_its_time_is_removed(fresh_world: World) -> None:
    person = fresh_world.ids["sam"]
    fresh_world.owner(
        """
        INSERT INTO skep.idempotency_keys (principal_id, key, request_hash, change_set, created_at) VALUES
          (skep.uuid7(), 'old', 'x', skep.uuid7(), now() - interval '31 days'),
          (skep.uuid7(), 'new', 'x', skep.uuid7(), now() - interval '29 days');
        INSERT INTO skep.credentials (kind, hash, person_id, expires_at, revoked_at) VALUES
          ('session', 'expired', %(person)s, now() - interval '1 s', NULL),
          ('session', 'revoked', %(person)s, now() + interval '1 h', now()),
          ('session', 'living', %(person)s, now() + interval '1 h', NULL);
        INSERT INTO skep.sign_in_failures (email, at) VALUES ('old', now() - interval '25 h'), ('new', now());
        """,
        {"person": person},  # type: ignore[arg-type]
    )
    job = Database(fresh_world.url("skep_job"))
    removed: dict[str, int] = dict(job.run("SELECT kind, removed FROM skep.purge()", write=True))
    job.close()
    assert {kind: removed[kind] for kind in ("idempotency_keys", "sessions", "sign_in_failures")} == {
        "idempotency_keys": 1,
        "sessions": 2,
        "sign_in_failures": 1,
    }
    left = fresh_world.owner(
        "SELECT key FROM skep.idempotency_keys UNION ALL SELECT encode(hash, 'escape') FROM skep.credentials"
        " WHERE kind = 'session' UNION ALL SELECT email FROM skep.sign_in_failures"
    )
    assert [row[0] for row in left] == ["new", "living", "new"]


@pytest.mark.parametrize("function", ["skep.purge()", "skep.make_partitions()"])
def test_only_the_automations_do_that(function: str, world: World) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        world.caller("ada").run(f"SELECT {function}", write=True)
