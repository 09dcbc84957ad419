"""Jobs over REST: how far one is, and its cancelling."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response

from services.records.exactly_once import Answer
from services.records.jobs import JobRef, cancel_job, get_job
from services.records.rest import http
from services.shared.authorize import program_caller
from services.shared.caller import Runner
from services.shared.web import json_answer

__all__ = ["accepted", "mount_jobs"]


def mount_jobs(app: Flask) -> None:
    """Adds the routes of jobs."""
    app.add_url_rule("/v1/jobs/<job_id>", "job", _get_job)
    app.add_url_rule("/v1/jobs/<job_id>/cancel", "cancel_job", _cancel_job, methods=["POST"])


def accepted(run: Runner, job: JobRef) -> Answer:
    """The answer to a request that has become a job: 202 with the job and where it is to be looked at."""
    return Answer(202, get_job(run, job.id), {"Location": f"/v1/jobs/{job.id}"})


def _get_job(job_id: str) -> Response:
    """200 with a job; 401, 404."""
    caller = program_caller()
    http.check_parameters(())
    return _answer(get_job(caller, http.known_id(job_id)))


def _cancel_job(job_id: str) -> Response:
    """200 with the job, which changes nothing any more; 401, 404, 409 (it has ended)."""
    caller = program_caller()
    http.check_parameters(())
    return _answer(cancel_job(caller, http.known_id(job_id)))


def _answer(job: dict[str, Any]) -> Response:
    headers = {"Retry-After": "1"} if job["state"] in ("queued", "running") else None
    return json_answer(job, headers=headers)
