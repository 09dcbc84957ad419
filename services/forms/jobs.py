"""How far a job is, work that takes longer than a page; its cancelling, and the file that it made."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Response

from services.forms.form_view import new_form_key
from services.forms.obstacles import list_obstacles
from services.forms.pages import go_to, show_page
from services.forms.visitor import get_visitor
from services.records.jobs import cancel_job, find_file, get_job
from services.records.rest.http import check_parameters, known_id
from services.records.transfers import export_key
from services.shared.errors import Conflict
from services.shared.web import service

__all__ = ["cancel", "show_job"]

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
        file_name=(find_file(job) or {}).get("name"),
        file_url=_find_url(job),
    )
    if not has_ended:
        answer.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return answer


def cancel(job_id: str) -> Response:
    """303 to the job, which is cancelled or has ended already; 401, 404."""
    check_parameters(())
    visitor, known = get_visitor(), known_id(job_id)
    with suppress(Conflict):  # it has ended already: its page says how
        cancel_job(visitor.caller, known)
    return go_to("job", job_id=known)


def _find_url(job: dict[str, Any]) -> str | None:
    """Where the file is that the job has made, for a few minutes."""
    file = find_file(job)
    return None if file is None else service().files.download_url(export_key(job["id"]), file["name"])
