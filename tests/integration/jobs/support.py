"""Change sets large and small, made as fast as a test needs them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from services.automations.kinds import Work, undo
from services.records.changes import MOST_IN_A_REQUEST
from tests.support.world import World

LARGE = MOST_IN_A_REQUEST + 1_000
UNDO: Mapping[str, Work] = {"undo": undo}
MakeJob = Callable[..., str]
"""(who, change_set=, skip=, kind=) -> the id of a job."""

INSERTED = """
WITH made AS (
  INSERT INTO opportunities (name, stage, amount, currency, owner_id)
  SELECT 'Bulk ' || g, 'Won', g, 'USD', %s FROM generate_series(1, %s) g RETURNING *)
INSERT INTO skep.change_log
  (change_set, door, principal_id, person_id, table_name, record_id, operation, derived, after)
SELECT %s, 'import', %s, owner_id, 'opportunities', id, 'I', false, to_jsonb(made) FROM made
"""
"""What an import leaves behind, ten times as fast as by its triggers."""


def import_many(world: World, who: str, records: int) -> str:
    """A change set in which a person's client has made this many opportunities."""
    change_set = str(uuid.uuid4())
    given = (world.ids[who], records, change_set, world.ids[f"{who}'s client"])
    world.owner("ALTER TABLE opportunities DISABLE TRIGGER USER")
    try:
        world.owner(INSERTED, given)
    finally:
        world.owner("ALTER TABLE opportunities ENABLE TRIGGER USER")
    return change_set


def count_living(world: World, change_set: str) -> int:
    """How many records of a change set are there."""
    rows = world.owner(
        "SELECT count(*) FROM opportunities o JOIN skep.change_log l ON l.record_id = o.id"
        " WHERE l.change_set = %s AND o.deleted_at IS NULL",
        (change_set,),
    )
    count: int = rows[0][0]
    return count


def change_one(world: World, change_set: str) -> str:
    """Changes the notes of a change set's second record, which then stands in the way of its undo; gives its id."""
    rows = world.owner(
        "UPDATE opportunities o SET notes = 'changed since' FROM skep.change_log l"
        " WHERE l.record_id = o.id AND l.change_set = %s AND o.name = 'Bulk 2' RETURNING o.id",
        (change_set,),
    )
    changed: str = rows[0][0]
    return changed
