"""The application of this service: what spans tables."""

from __future__ import annotations

from flask import Flask, Response, request

from services.records import changes
from services.records.exactly_once import Answer, answer_once
from services.records.jobs import JobRef
from services.records.rest import http
from services.records.rest.files import mount_files
from services.records.rest.jobs import accepted, mount_jobs
from services.records.rest.transfers import mount_transfers
from services.registry import TABLES
from services.shared.authorize import program_caller
from services.shared.caller import Runner
from services.shared.database import Database
from services.shared.errors import Invalid, NotFound
from services.shared.settings import Settings
from services.shared.web import create_app, json_answer, service
from services.workspace.description import describe

__all__ = ["build_app"]

PREFIX = "/v1"
CONFLICTS_TOLD = 200


def build_app(settings: Settings, database: Database) -> Flask:
    """What spans tables, and files in and out of them, for programs; health, version and description for anyone."""
    app = create_app("workspace", settings, database)
    app.add_url_rule("/v1/changes", "changes", _list_changes)
    app.add_url_rule("/v1/change-sets", "change_sets", _list_change_sets)
    app.add_url_rule("/v1/change-sets/<change_set>", "change_set", _get_change_set)
    app.add_url_rule("/v1/change-sets/<change_set>/undo", "undo", _undo, methods=["POST"])
    mount_jobs(app, PREFIX, program_caller)
    mount_files(app, PREFIX, program_caller)
    mount_transfers(app, TABLES, PREFIX, program_caller)
    app.add_url_rule("/v1/health", "health", _health)
    app.add_url_rule("/v1/version", "version", _version)
    app.add_url_rule("/v1/openapi.json", "openapi", _openapi)
    return app


def _health() -> Response:
    """200 when the database answers; 503."""
    service().database.run("SELECT 1")
    return json_answer({"status": "ok"})


def _version() -> Response:
    """200 with what runs here."""
    settings = service().settings
    return json_answer(
        {"release": settings.release, "revision": settings.revision, "function_version": settings.function_version}
    )


def _openapi() -> Response:
    """200 with the description of the API, OpenAPI 3.1."""
    return json_answer(describe(request.script_root or "/"))


def _list_changes() -> Response:
    """200 with what changed after the cursor; 400, 401, 410."""
    caller = program_caller()
    http.check_parameters(("cursor", "limit"))
    limit = http.whole_number("limit", 200, most=1_000)
    feed = changes.list_changes(caller, TABLES, http.parameter("cursor"), limit)
    return json_answer({"items": feed.items, "next": feed.next, "more": feed.more})


def _list_change_sets() -> Response:
    """200 with the latest change sets; 401."""
    caller = program_caller()
    http.check_parameters(("limit",))
    return json_answer({"items": changes.list_change_sets(caller, http.whole_number("limit", 50))})


def _get_change_set(change_set: str) -> Response:
    """200 with a change set and its changes; 401, 404."""
    caller = program_caller()
    http.check_parameters(())
    return json_answer(changes.get_change_set(caller, TABLES, http.known_id(change_set)))


def _undo(change_set: str) -> Response:
    """200 with what was undone, 202 with a job that does it; 409 listing what stands in the way; 401, 404, 422."""
    caller = program_caller()
    http.check_parameters(())
    known, skip = http.known_id(change_set), _skips_conflicts()

    def work(run: Runner) -> Answer:
        undone = changes.undo_or_queue(run, known, skip_conflicts=skip)
        if isinstance(undone, JobRef):
            return accepted(run, undone, PREFIX)
        # Not all of them: the answer is kept for the same request to come again, and what is kept has its bounds.
        told = {"conflicts": undone.conflicts[:CONFLICTS_TOLD], "conflict_count": len(undone.conflicts)}
        body = {"undone": known, **told, "hidden": undone.hidden}
        return Answer(200, body, change_set=undone.change_set)

    return http.answer_with(answer_once(caller, http.idempotency_key(), work, _no_render))


def _skips_conflicts() -> bool:
    if not request.get_data():
        return False
    body = http.json_body()
    if (
        not isinstance(body, dict)
        or set(body) - {"conflicts"}
        or body.get("conflicts", "refuse") not in ("refuse", "skip")
    ):
        message = "This takes refuse (the default) or skip."
        raise Invalid("The body may hold conflicts alone.", errors=[{"field": "conflicts", "message": message}])
    return bool(body.get("conflicts") == "skip")


def _no_render(_run: Runner, _table: str, _record_id: str) -> None:
    """An undo's answer names no record to render."""
    raise NotFound()
