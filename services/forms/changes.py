"""Recent change sets, one of them, and taking one back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from services.forms.entries import DOORS, make_entries, name_person
from services.forms.form_view import new_form_key
from services.forms.pages import go_to, show_page
from services.forms.saving import do_once
from services.forms.titles import find_titles
from services.forms.typed import form_key
from services.forms.visitor import Visitor, get_visitor
from services.records.changes import get_change_set, list_change_sets, undo_change_set
from services.records.exactly_once import Answer
from services.records.http import check_parameters, known_id
from services.registry import TABLES
from services.shared.caller import Runner
from services.shared.errors import Conflict, InProgress, KeyReused, NotFound

__all__ = ["Act", "list_acts", "show_change_set", "show_changes", "undo"]

LATEST = 100
SHOWN = 200
_REASONS = {
    "changed_since": "changed since",
    "forbidden": "not yours to change",
    "constraint": "would clash with another record",
}


@dataclass(frozen=True, slots=True)
class Act:
    """A change set in the list of them."""

    id: str
    at: str
    who: str
    door: str
    what: str
    is_mine: bool
    is_undo: bool
    is_undone: bool
    can_undo: bool
    url: str
    key: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What an undo would overwrite. url: the record's, if the visitor sees it."""

    title: str
    reason: str
    url: str | None


def list_acts(visitor: Visitor, limit: int) -> list[Act]:
    """The latest change sets that the visitor sees something of, newest first."""
    rows = list_change_sets(visitor.caller, limit)
    people = find_titles(visitor.caller, [("people", r["person_id"]) for r in rows if r["person_id"]])
    return [
        Act(
            id=row["id"],
            at=row["at"],
            who=name_person(people, row["person_id"]),
            door=DOORS.get(row["door"], row["door"]),
            what=_what(row),
            is_mine=row["person_id"] == visitor.person_id,
            is_undo=row["undoes"] is not None,
            is_undone=row["undone_by"] is not None,
            can_undo=_can_undo(visitor, row),
            url=url_for("change_set", change_set=row["id"]),
            key=new_form_key(),
        )
        for row in rows
    ]


def _what(row: dict[str, Any]) -> str:
    labels = [TABLES[name] for name in row["tables"] if name in TABLES]
    if row["records"] == 1 and len(labels) == 1:
        return f"One {labels[0].singular}"
    return f"{row['records']:,} {', '.join(table.label.lower() for table in labels) or 'records'}"


def _can_undo(visitor: Visitor, row: dict[str, Any]) -> bool:
    return visitor.role != "viewer" and row["undone_by"] is None


def show_changes() -> Response:
    """200; 401."""
    check_parameters(("done", "receipt"))
    visitor = get_visitor()
    return show_page("changes", visitor, acts=list_acts(visitor, LATEST))


def show_change_set(change_set: str) -> Response:
    """200 with what was changed; 401, 404."""
    check_parameters(("done", "receipt"))
    visitor = get_visitor()
    return _show(visitor, known_id(change_set))


def undo(change_set: str) -> Response:
    """303 to the change set of the undo; 401, 403, 404, 409 with what stands in the way."""
    check_parameters(())
    visitor = get_visitor()
    known, skip = known_id(change_set), request.form.get("rest") == "true"

    def work(run: Runner) -> Answer:
        done = undo_change_set(run, known, skip_conflicts=skip)
        return Answer(200, {"done": _has_changed(run, done.change_set)}, change_set=done.change_set)

    try:
        answer = do_once(visitor, form_key(), work)
    except (InProgress, KeyReused):
        raise
    except Conflict as error:
        return _show(visitor, known, error)
    if not answer.body["done"]:
        return go_to("change_set", done="unchanged", change_set=known)
    return go_to("change_set", receipt=answer.change_set, done="undone", change_set=answer.change_set)


def _has_changed(run: Runner, change_set: str) -> bool:
    try:
        get_change_set(run, TABLES, change_set, 1)
    except NotFound:
        return False
    return True


def _show(visitor: Visitor, change_set: str, conflict: Conflict | None = None) -> Response:
    found = get_change_set(visitor.caller, TABLES, change_set, SHOWN)
    people = find_titles(visitor.caller, [("people", p) for p in (found["person_id"],) if p])
    return show_page(
        "change_set",
        visitor,
        status=409 if conflict else 200,
        change_set=found,
        who=name_person(people, found["person_id"]),
        door=DOORS.get(found["door"], found["door"]),
        entries=make_entries(visitor, found["changes"]),
        can_undo=_can_undo(visitor, found),
        obstacles=_obstacles(visitor, conflict) if conflict else [],
        hidden=conflict.extra["hidden"] if conflict else 0,
        key=new_form_key(),
    )


def _obstacles(visitor: Visitor, conflict: Conflict) -> list[Obstacle]:
    found = conflict.extra["conflicts"]
    titles = find_titles(visitor.caller, [(c["table"], c["id"]) for c in found])
    return [_obstacle(c, titles.get(c["table"], {}).get(c["id"])) for c in found[:SHOWN]]


def _obstacle(conflict: dict[str, Any], title: str | None) -> Obstacle:
    table = TABLES[conflict["table"]]
    reason = _REASONS.get(conflict["reason"], conflict["reason"])
    labels = [table.fields[f].label for f in conflict.get("fields", ()) if f in table.fields]
    reason += f" ({', '.join(labels)})" if labels else ""
    url = url_for("record", table=table.name, record_id=conflict["id"]) if title else None
    return Obstacle(title or f"{table.singular} {conflict['id'][-6:]}", reason, url)
