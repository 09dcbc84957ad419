"""The fair limit: a bare handler that also looks its caller up and applies the rights, by hand, in the same message."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.bench.bare import COLUMNS, GIVEN, Handler, Row, connect, respond, show, validate
from tests.bench.server import Server

__all__ = ["make_fair_handler"]

_ME = """WITH me AS (
  SELECT cl.id, cl.role, cl.person_id, p.team_id
    FROM skep.credentials k JOIN clients cl ON cl.id = k.client_id JOIN people p ON p.id = cl.person_id
   WHERE k.kind = 'client' AND k.hash = %s AND k.revoked_at IS NULL AND cl.deleted_at IS NULL AND p.deleted_at IS NULL)
"""
_VISIBLE = """(me.role IN ('admin', 'viewer') OR c.owner_id IS NULL OR c.owner_id = me.person_id
  OR (me.role = 'manager' AND c.team_id = me.team_id) OR (me.role = 'sales' AND c.shared AND c.team_id = me.team_id))"""
_C = ", ".join(f"c.{name.strip()}" for name in COLUMNS.split(","))
_GET = f"{_ME} SELECT me.id, {_C} FROM me LEFT JOIN customers c ON c.id = %s AND c.deleted_at IS NULL AND {_VISIBLE}"
_PAGE = (
    f"{_ME} SELECT me.id, {_C} FROM me, customers c WHERE c.deleted_at IS NULL AND {_VISIBLE}"
    " AND (c.created_at, c.id) < (%s, %s) ORDER BY c.created_at DESC, c.id DESC LIMIT %s"
)
_TYPES = {"size": "int", "founded": "int", "revenue": "numeric", "parent_id": "uuid"}
_TYPED = ", ".join(f"%s::{_TYPES.get(name, 'text')} AS {name}" for name in GIVEN)
# What the triggers do: the owner is the caller, the team is the owner's, sector and country are in their lists, the
# parent is one that the caller sees. No row comes back when any of it does not hold.
_INSERT = f"""{_ME}, made AS (
  INSERT INTO customers ({", ".join(GIVEN)}, owner_id, team_id)
  SELECT given.*, me.person_id, me.team_id
    FROM me, (SELECT {_TYPED}) AS given
   WHERE me.role <> 'viewer'
     AND (given.sector IS NULL OR EXISTS (SELECT FROM sectors WHERE name = given.sector AND deleted_at IS NULL))
     AND (given.country IS NULL OR EXISTS (SELECT FROM countries WHERE name = given.country AND deleted_at IS NULL))
     AND (given.parent_id IS NULL OR EXISTS (
       SELECT FROM customers c WHERE c.id = given.parent_id AND c.deleted_at IS NULL AND {_VISIBLE}))
  RETURNING *)"""
_LOGGED = """, logged AS (
  INSERT INTO skep.change_log
    (change_set, door, principal_id, person_id, table_name, record_id, operation, derived, after)
  SELECT skep.uuid7(), 'rest', me.id, me.person_id, 'customers', made.id, 'I', false,
         to_jsonb(made) - 'search_text'
    FROM made, me)"""
_MADE = f" SELECT me.id, {_C.replace('c.', 'made.')} FROM made, me"


def make_fair_handler(server: Server, *, with_log: bool) -> Handler:
    """The handler, on the real table past its policies and triggers. with_log: a POST also writes the change log."""
    connection = connect(server.url("postgres", session_replication_role="replica", jit="off", timezone="UTC"))
    insert = _INSERT + (_LOGGED if with_log else "") + _MADE

    def query(event: dict[str, Any], statement: str, *params: Any) -> list[Row]:
        key = hashlib.sha256(event["headers"]["x-api-key"].encode()).digest()
        with connection.cursor() as cursor:
            cursor.execute(statement, (key, *params))
            rows: list[Row] = cursor.fetchall()
            return rows

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        parameters = event["pathParameters"]
        if event["httpMethod"] == "GET":
            if not parameters:
                return page(event)
            rows = query(event, _GET, parameters["record_id"])
            if not rows:
                return respond(401, {"message": "who are you?"})
            return respond(200, show(rows[0][1:])) if rows[0][1] else respond(404, {"message": "not found"})
        values, errors = validate(json.loads(event["body"]))
        if errors:
            return respond(422, {"errors": errors})
        rows = query(event, insert, *values)
        return respond(201, show(rows[0][1:])) if rows else respond(403, {"message": "not allowed"})

    def page(event: dict[str, Any]) -> dict[str, Any]:
        asked = event["queryStringParameters"]
        limit = min(int(asked.get("limit", "50")), 200)
        rows = query(event, _PAGE, asked["after_time"], asked["after_id"], limit + 1)
        last = rows[limit - 1] if len(rows) > limit else None
        following = [last[17].isoformat(), last[1]] if last else None
        return respond(200, {"items": [show(row[1:]) for row in rows[:limit]], "next": following})

    return handler
