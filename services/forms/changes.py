"""Recent change sets, one of them, and taking one back."""

from __future__ import annotations

from flask import Response, request

from services.forms.acts import can_undo, list_acts
from services.forms.entries import DOORS, make_entries, name_person
from services.forms.form_view import new_form_key
from services.forms.obstacles import list_obstacles
from services.forms.pages import go_to, show_page
from services.forms.saving import do_once
from services.forms.titles import find_titles
from services.forms.typed import form_key
from services.forms.visitor import Visitor, get_visitor
from services.records.changes import get_change_set, undo_or_queue
from services.records.exactly_once import Answer
from services.records.jobs import JobRef, announce_job
from services.records.rest.http import check_parameters, known_id
from services.registry import TABLES
from services.shared.caller import Runner
from services.shared.errors import Conflict, InProgress, KeyReused, NotFound
from services.shared.web import service

__all__ = ["show_change_set", "show_changes", "undo"]

LATEST = 30
SHOWN = 200


def show_changes() -> Response:
    """200; 401."""
    check_parameters(("done", "receipt"))
    visitor = get_visitor()
    return show_page("changes", visitor, acts=list_acts(visitor, LATEST, most=LATEST))


def show_change_set(change_set: str) -> Response:
    """200 with what was changed; 401, 404."""
    check_parameters(("done", "receipt"))
    visitor = get_visitor()
    return _show(visitor, known_id(change_set))


def undo(change_set: str) -> Response:
    """303 to the change set of the undo, or to the job that does it; 401, 403, 404, 409 with what is in the way."""
    check_parameters(())
    visitor = get_visitor()
    known, skip = known_id(change_set), request.form.get("rest") == "true"

    def work(run: Runner) -> Answer:
        done = undo_or_queue(run, known, skip_conflicts=skip)
        if isinstance(done, JobRef):
            return Answer(202, {"job": done.id})
        return Answer(200, {"job": None, "done": _has_changed(run, done.change_set)}, change_set=done.change_set)

    try:
        answer = do_once(visitor, form_key(), work)
    except (InProgress, KeyReused):
        raise
    except Conflict as error:
        return _show(visitor, known, error)
    if answer.body["job"] is not None:
        announce_job(service().work_queue, answer.body["job"])
        return go_to("job", job_id=answer.body["job"])
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
        can_undo=can_undo(visitor, found),
        obstacles=list_obstacles(visitor, conflict.extra["conflicts"]) if conflict else [],
        hidden=conflict.extra["hidden"] if conflict else 0,
        key=new_form_key(),
    )
