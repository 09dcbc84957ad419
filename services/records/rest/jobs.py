"""Jobs over REST: how far one is, where its file is, and its cancelling."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response

from services.records.exactly_once import Answer
from services.records.jobs import JobRef, cancel_job, find_file, get_job
from services.records.rest import http
from services.records.transfers import export_key
from services.shared.authorize import Authorize
from services.shared.caller import Runner
from services.shared.web import json_answer, service

__all__ = ["accepted", "mount_jobs"]


def mount_jobs(app: Flask, prefix: str, authorize: Authorize) -> None:
    """Adds the routes of jobs below a prefix, for callers whom `authorize` finds."""

    def get(job_id: str) -> Response:
        """200 with a job; 401, 404."""
        caller = authorize()
        http.check_parameters(())
        return _answer(get_job(caller, http.known_id(job_id)))

    def cancel(job_id: str) -> Response:
        """200 with the job, which changes nothing any more; 401, 404, 409 (it has ended)."""
        caller = authorize()
        http.check_parameters(())
        return _answer(cancel_job(caller, http.known_id(job_id)))

    app.add_url_rule(f"{prefix}/jobs/<job_id>", f"{prefix}/job", get)
    app.add_url_rule(f"{prefix}/jobs/<job_id>/cancel", f"{prefix}/cancel_job", cancel, methods=["POST"])


def accepted(run: Runner, job: JobRef, prefix: str) -> Answer:
    """The answer to a request that has become a job: 202 with the job and where it is to be looked at."""
    return Answer(202, get_job(run, job.id), {"Location": f"{prefix}/jobs/{job.id}"})


def _answer(job: dict[str, Any]) -> Response:
    headers = {"Retry-After": "1"} if job["state"] in ("queued", "running") else None
    if (file := find_file(job)) is not None:
        # Signed anew at every look, since it lives for minutes.
        file["url"] = service().files.download_url(export_key(job["id"]), file["name"])
    return json_answer(job, headers=headers)
