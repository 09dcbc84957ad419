"""What is read from the change log: a record's history, the feed, a change set; and undo."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from services.records.jobs import JobRef, create_job
from services.records.render import wire_values
from services.records.table import Table
from services.shared.caller import Runner
from services.shared.database import Row
from services.shared.errors import BadRequest, Conflict, CursorExpired, NotFound

__all__ = [
    "Feed",
    "Progress",
    "Undone",
    "get_change_set",
    "list_change_sets",
    "list_changes",
    "list_history",
    "undo_change_set",
    "undo_or_queue",
]

_LOG = "xid, seq, at, change_set, undoes, door, principal_id, person_id, table_name, record_id, operation, derived"
HISTORY = f"SELECT {_LOG}, before, after FROM skep.history(%s, %s, %s::text::xid8, %s, %s)"
FEED = f"SELECT {_LOG}, before, after, skep.feed_epoch() FROM skep.changes_after(%s::text::xid8, %s, %s)"
EPOCH = "SELECT skep.feed_epoch()"
CHANGE_SET = f"SELECT {_LOG}, before, after FROM skep.change_set_rows(%s, %s::text::xid8, %s, %s)"
_ACT = "at, door, person_id, undoes, undone_by"
CHANGE_SETS = f"SELECT change_set, {_ACT}, to_json(tables)::text, records FROM skep.recent_change_sets(%s)"
UNDONE_BY = "SELECT skep.undone_by(%s)"
UNDO_PLAN = "SELECT xid::text, seq, table_name, record_id FROM skep.undo_plan(%s)"
UNDO_CHUNK = 500
"""Writes taken back by one statement: a fraction of a second of its time-out."""
MOST_IN_A_REQUEST = 5_000
"""Beyond, an undo is a job."""
_XID = re.compile(r"[0-9]{1,19}")
_SYSTEM = frozenset({"updated_at", "version", "team_id", "created_at", "id", "custom"})


Progress = Callable[[int, int], None]
"""Told (done, of how many). What it raises ends the work and undoes it."""


class Feed(NamedTuple):
    """Changes, oldest first; next: the cursor to go on with (always there); more: whether to ask again at once."""

    items: list[dict[str, Any]]
    next: str
    more: bool


class Undone(NamedTuple):
    """What an undo did. conflicts: [{"table", "id", "reason", "fields"?}]; hidden: records the undoer can't see."""

    change_set: str
    conflicts: list[dict[str, Any]]
    hidden: int


def list_history(
    run: Runner, table: Table, record_id: str, cursor: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """A record's changes, newest first, and the cursor of the next page. Raises NotFound, BadRequest."""
    xid, seq = (None, None) if cursor is None else _read_cursor(cursor, 2)
    rows = run.run(HISTORY, (table.name, record_id, xid, seq, limit + 1))
    if not rows and cursor is None:
        raise NotFound()
    kept = rows[:limit]
    items = [_entry(row, {table.name: table}) for row in kept]
    return items, _write_cursor(kept[-1][0], kept[-1][1]) if len(rows) > limit else None


def list_changes(run: Runner, tables: Mapping[str, Table], cursor: str | None, limit: int) -> Feed:
    """The feed after a cursor, from its beginning without one. Raises BadRequest, CursorExpired."""
    epoch, xid, seq = (None, "0", 0) if cursor is None else _read_cursor(cursor, 3)
    rows = run.run(FEED, (xid, seq, limit))
    now = rows[0][-1] if rows else run.run(EPOCH)[0][0]
    if epoch is not None and epoch != now:
        raise CursorExpired()
    items = [_entry(row, tables) for row in rows if row[10] != "-"]
    last = (rows[-1][0], rows[-1][1]) if rows else (xid, seq)
    return Feed(items, _write_cursor(now, *last), len(rows) == limit)


def get_change_set(run: Runner, tables: Mapping[str, Table], change_set: str, limit: int = 200) -> dict[str, Any]:
    """A change set's changes of records that the caller sees. Raises NotFound when there are none."""
    rows = run.run(CHANGE_SET, (change_set, None, None, limit + 1))
    if not rows:
        raise NotFound("There is no such change set.")
    entries = [_entry(row, tables) for row in rows[:limit]]
    first = entries[0]
    undone = run.run(UNDONE_BY, (change_set,))
    return {
        "id": change_set,
        "at": first["at"],
        "door": first["door"],
        "person_id": first["person_id"],
        "undoes": first["undoes"],
        "undone_by": undone[0][0],
        "changes": entries,
        "more": len(rows) > limit,
    }


def list_change_sets(run: Runner, limit: int) -> list[dict[str, Any]]:
    """The latest change sets with something that the caller sees, newest first."""
    rows = run.run(CHANGE_SETS, (limit,))
    names = ("id", *_ACT.split(", "), "tables", "records")
    return [dict(zip(names, (*row[:6], orjson.loads(row[6]), row[7]), strict=True)) for row in rows]


def undo_change_set(run: Runner, change_set: str, *, skip_conflicts: bool, progress: Progress | None = None) -> Undone:
    """Takes a change set back, as a change set of its own. One transaction, in statements of some hundred writes.

    Raises Conflict listing what stands in the way, with nothing changed, unless skip_conflicts; NotFound.
    """
    with run.atomically() as transaction:
        hidden = transaction.run("SELECT skep.hidden_in_change_set(%s)", (change_set,))[0][0]
        _expect_undoable(transaction, change_set, skip_conflicts)
        transaction.run("SELECT skep.mark_undo(%s)", (change_set,), write=True)
        plan = transaction.run(UNDO_PLAN, (change_set,))
        conflicts: list[dict[str, Any]] = []
        for start in range(0, len(plan), UNDO_CHUNK):
            chunk = plan[start : start + UNDO_CHUNK]
            conflicts += _undo_some(transaction, change_set, chunk)
            if progress is not None:
                progress(start + len(chunk), len(plan))
        if (conflicts or hidden) and not skip_conflicts:
            raise Conflict(
                "Some records have changed since. Undo the rest by asking to skip them.",
                conflicts=conflicts,
                hidden=hidden,
            )
        done = transaction.run("SELECT (skep.me()).change_set")[0][0]
    return Undone(done, conflicts, hidden)


def undo_or_queue(run: Runner, change_set: str, *, skip_conflicts: bool) -> Undone | JobRef:
    """Takes a change set back at once, or has it done by a job where that is more than a request can do.

    The job's result: {"undone", "conflicts" (the first 1,000), "conflict_count", "hidden"}.
    Raises as undo_change_set does; what a job runs into, its error tells.
    """
    if run.run("SELECT skep.undo_size(%s, %s)", (change_set, MOST_IN_A_REQUEST + 1))[0][0] <= MOST_IN_A_REQUEST:
        return undo_change_set(run, change_set, skip_conflicts=skip_conflicts)
    _expect_undoable(run, change_set, skip_conflicts)
    return create_job(run, "undo", {"change_set": change_set, "skip_conflicts": skip_conflicts}, idempotent=True)


def _expect_undoable(run: Runner, change_set: str, skip_conflicts: bool) -> None:
    if not run.run(CHANGE_SET, (change_set, None, None, 1)):
        raise NotFound("There is no such change set.")
    # Who skips conflicts may go on where an earlier undo had to leave something.
    if not skip_conflicts and (undo := run.run(UNDONE_BY, (change_set,))[0][0]) is not None:
        raise Conflict("This was undone already; undo that to have it back.", undone_by=undo)


def _undo_some(run: Runner, change_set: str, plan: Sequence[Row]) -> list[dict[str, Any]]:
    """Takes some rows of the plan back, and gives the conflicts in their order."""
    records = {seq: {"table": table, "id": record_id} for _, seq, table, record_id in plan}
    xids = "{" + ",".join(row[0] for row in plan) + "}"
    rows = run.run("SELECT seq, conflict FROM skep.undo_rows(%s, %s::xid8[], %s)", (change_set, xids, list(records)))
    return [records[seq] | json.loads(conflict) for seq, conflict in rows]


def _entry(row: Row, tables: Mapping[str, Table]) -> dict[str, Any]:
    (_, _, at, change_set, undoes, door, principal_id, person_id, table, record_id, operation, derived) = row[:12]
    before, after = (None if image is None else _image(image) for image in row[12:14])
    entry: dict[str, Any] = {
        "change_set": change_set,
        "undoes": undoes,
        "at": at,
        "door": door,
        "principal_id": principal_id,
        "person_id": person_id,
        "table": table,
        "id": record_id,
        "operation": _operation(operation, before, after),
        "derived": derived,
    }
    definition = tables.get(table)
    if definition is not None and operation != "g":
        entry["changes"] = _changes(definition, before, after)
    return entry


def _image(text: str) -> dict[str, Any]:
    # Amounts are numbers in jsonb: kept as the text that they were, never a float.
    image: dict[str, Any] = json.loads(text, parse_float=str)
    return image


def _operation(operation: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    if operation == "U" and before is not None and after is not None and before["deleted_at"] != after["deleted_at"]:
        return "deleted" if after["deleted_at"] else "restored"
    return {"I": "created", "U": "updated", "D": "erased", "g": "gone"}[operation]


def _changes(
    table: Table, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> dict[str, dict[str, Any]]:
    old, new = wire_values(table, before or {}), wire_values(table, after or {})
    return {
        name: {"before": old.get(name), "after": new.get(name)}
        for name in table.fields
        if name not in _SYSTEM and old.get(name) != new.get(name)
    }


def _write_cursor(*parts: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([str(p) for p in parts])).decode().rstrip("=")


def _read_cursor(cursor: str, length: int) -> Sequence[Any]:
    try:
        parts = orjson.loads(base64.b64decode(cursor[:500] + "=" * (-len(cursor) % 4), b"-_", validate=True))
        *epoch, xid, seq = parts
        if len(parts) != length or not all(isinstance(p, str) and _XID.fullmatch(p) for p in (xid, seq)):
            raise ValueError
        return (*epoch, xid, min(int(seq), 2**63 - 1))
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadRequest("This cursor is none of ours. Start again without one.") from error
