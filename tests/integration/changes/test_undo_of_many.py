"""Undo takes many writes in one statement; what each of them runs into is told as if it had been alone."""

from __future__ import annotations

import pytest

from services.records.changes import undo_change_set
from services.shared.caller import Caller, Runner
from services.shared.errors import Conflict
from tests.support.world import World

MADE = """
INSERT INTO opportunities (external_id, name, stage, currency, notes, owner_id)
SELECT %s || n, %s || n, 'Proposal', 'USD', 'first', %s FROM generate_series(1, %s) n RETURNING id
"""
MANY = 12


def make(world: World, who: str, name: str, count: int = MANY, owner: str | None = None) -> tuple[str, list[str]]:
    """Opportunities made in one change set. Gives its id and theirs."""
    with world.caller(who).atomically() as run:
        rows = run.run(MADE, (name, name, world.ids[owner or who], count), write=True)
        return _change_set(run), [row[0] for row in rows]


def change(caller: Caller, statement: str, params: tuple[object, ...]) -> str:
    """Changes records. Gives the change set."""
    with caller.atomically() as run:
        run.run(statement, params, write=True)
        return _change_set(run)


def _change_set(run: Runner) -> str:
    change_set: str = run.run("SELECT (skep.me()).change_set")[0][0]
    return change_set


def read(world: World, ids: list[str], column: str) -> list[str | None]:
    """A column of records, in the order of their ids given; of every record, the deleted ones, too."""
    found = dict(world.owner(f"SELECT id, {column} FROM opportunities WHERE id = ANY (%s::uuid[])", (ids,)))
    return [found[record] for record in ids]


def count_living(world: World, ids: list[str]) -> int:
    return read(world, ids, "deleted_at").count(None)


def test_one_record_that_has_changed_since_keeps_none_of_the_others(world: World) -> None:
    change_set, ids = make(world, "sam", "stale")
    world.owner("UPDATE opportunities SET notes = 'mine' WHERE id = %s", (ids[4],))
    conflict = {"table": "opportunities", "id": ids[4], "reason": "changed_since", "fields": ["notes"]}
    with pytest.raises(Conflict) as refused:
        undo_change_set(world.caller("sam"), change_set, skip_conflicts=False)
    assert refused.value.extra == {"conflicts": [conflict], "hidden": 0}
    assert count_living(world, ids) == MANY
    assert undo_change_set(world.caller("sam"), change_set, skip_conflicts=True).conflicts == [conflict]
    assert count_living(world, ids) == 1


def test_records_that_would_break_a_constraint_are_found_among_the_others(world: World) -> None:
    _, ids = make(world, "sam", "taken")
    sam = world.caller("sam")
    deleted = change(sam, "UPDATE opportunities SET deleted_at = now() WHERE id = ANY (%s::uuid[])", (ids,))
    for name in ("taken3", "taken9"):
        change(
            sam,
            "INSERT INTO opportunities (external_id, name, stage, currency) VALUES (%s, 'x', 'Won', 'USD')",
            (name,),
        )
    broken = {"table": "opportunities", "reason": "constraint", "constraint": "opportunities_external_id_unique"}
    undone = undo_change_set(sam, deleted, skip_conflicts=True)
    assert undone.conflicts == [broken | {"id": ids[8]}, broken | {"id": ids[2]}]
    assert count_living(world, ids) == MANY - 2


def test_records_that_are_not_yours_to_change_are_conflicts_and_those_that_you_do_not_see_are_counted(
    world: World,
) -> None:
    with world.caller("ada").atomically() as run:
        ids: list[str] = []
        for name in ("sue", "sid", "sam"):
            ids += [row[0] for row in run.run(MADE, (f"of {name}", name, world.ids[name], 3), write=True)]
        change_set = _change_set(run)
    world.owner("UPDATE opportunities SET shared = true WHERE id = ANY (%s::uuid[])", (ids[:3],))
    undone = undo_change_set(world.caller("sam"), change_set, skip_conflicts=True)
    assert undone.conflicts == [{"table": "opportunities", "id": i, "reason": "forbidden"} for i in reversed(ids[:3])]
    assert undone.hidden == 3
    assert (count_living(world, ids[:6]), count_living(world, ids[6:])) == (6, 0)


def test_a_record_that_was_changed_twice_is_taken_back_step_by_step(world: World) -> None:
    _, ids = make(world, "sam", "twice")
    with world.caller("sam").atomically() as run:
        for notes in ("second", "third"):
            run.run("UPDATE opportunities SET notes = %s WHERE id = ANY (%s::uuid[])", (notes, ids), write=True)
        change_set = _change_set(run)
    assert read(world, ids, "notes") == ["third"] * MANY
    assert undo_change_set(world.caller("sam"), change_set, skip_conflicts=False).conflicts == []
    assert read(world, ids, "notes") == ["first"] * MANY


def test_values_that_went_round_among_records_go_back(world: World) -> None:
    _, ids = make(world, "sam", "round", 3)
    with world.caller("sam").atomically() as run:
        for record, name in zip([*ids, ids[0]], ["spare", "round1", "round2", "round3"], strict=True):
            run.run("UPDATE opportunities SET external_id = %s WHERE id = %s", (name, record), write=True)
        change_set = _change_set(run)
    assert undo_change_set(world.caller("sam"), change_set, skip_conflicts=False).conflicts == []
    assert read(world, ids, "external_id") == ["round1", "round2", "round3"]


def test_owners_go_back_by_handing_over(world: World) -> None:
    _, ids = make(world, "mia", "handed", owner="sam")
    with world.caller("mia").atomically() as run:
        for record in ids:
            run.run("SELECT skep.hand_over('opportunities', %s, %s)", (record, world.ids["sue"]), write=True)
        change_set = _change_set(run)
    assert undo_change_set(world.caller("mia"), change_set, skip_conflicts=False).conflicts == []
    assert set(read(world, ids, "owner_id")) == {world.ids["sam"]}


def test_a_record_that_can_be_handed_back_but_not_set_back_is_left_as_it_is(world: World) -> None:
    _, ids = make(world, "ada", "half", 2, owner="sid")
    given = "UPDATE opportunities SET owner_id = %s, notes = 'second' WHERE id = ANY (%s::uuid[])"
    change_set = change(world.caller("ada"), given, (world.ids["sue"], ids))
    undone = undo_change_set(world.caller("sue"), change_set, skip_conflicts=True)
    assert [c["reason"] for c in undone.conflicts] == ["forbidden"] * 2
    assert set(read(world, ids, "owner_id")) == {world.ids["sue"]}
    assert read(world, ids, "notes") == ["second"] * 2


def test_the_work_is_done_in_chunks_that_tell_how_far_they_are(world: World) -> None:
    change_set, ids = make(world, "sam", "chunk", 1_100)
    told: list[tuple[int, int]] = []
    undone = undo_change_set(
        world.caller("sam"), change_set, skip_conflicts=False, progress=lambda done, total: told.append((done, total))
    )
    assert undone.conflicts == []
    assert told == [(500, 1_100), (1_000, 1_100), (1_100, 1_100)]
    assert count_living(world, ids) == 0


def test_a_chunk_is_read_by_nobody_who_does_not_see_its_records(world: World) -> None:
    change_set, _ = make(world, "sid", "secret", 2)
    rows = world.owner("SELECT xid::text, seq FROM skep.change_log WHERE change_set = %s", (change_set,))
    xids, seqs = [row[0] for row in rows], [row[1] for row in rows]
    steps = world.caller("sam").run(
        "SELECT array_to_json(steps)::text FROM skep.undo_runs(%s, %s::text[]::xid8[], %s)", (change_set, xids, seqs)
    )
    assert "secret" not in str(steps)
    conflicts = world.caller("sam").run(
        "SELECT seq, conflict FROM skep.undo_rows(%s, %s::text[]::xid8[], %s)", (change_set, xids, seqs), write=True
    )
    assert conflicts == [(seq, '{"reason": "forbidden"}') for seq in seqs]
