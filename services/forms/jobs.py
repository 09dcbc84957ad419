"""How far a job is: work that takes longer than a page."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.forms.form_view import new_form_key
from services.forms.obstacles import list_obstacles
from services.forms.pages import show_page
from services.forms.visitor import get_visitor
from services.records.jobs import get_job
from services.records.rest.http import check_parameters, known_id

__all__ = ["show_job"]

LOOK_AGAIN_SECONDS = 3
_STATES = {
    "queued": "Waiting to begin",
    "running": "At work",
    "done": "Done",
    "failed": "Not done",
    "cancelled": "Cancelled",
}


def show_job(job_id: str) -> Response:
    """200 with the job, again every few seconds until it has ended; 401, 404."""
    check_parameters(())
    visitor = get_visitor()
    job = get_job(visitor.caller, known_id(job_id))
    has_ended = job["state"] not in ("queued", "running")
    ended: dict[str, Any] = job["result"] or job["error"] or {}
    answer = show_page(
        "job",
        visitor,
        job=job,
        state=_STATES[job["state"]],
        has_ended=has_ended,
        sentence=(job["error"] or {}).get("detail"),
        obstacles=list_obstacles(visitor, ended.get("conflicts", [])),
        obstacle_count=ended.get("conflict_count", 0),
        hidden=ended.get("hidden", 0),
        key=new_form_key(),
    )
    if not has_ended:
        answer.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return answer
