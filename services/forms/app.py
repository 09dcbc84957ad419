"""The application of this service: the pages that people work with, and the REST routes for their sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, request, url_for

from services.forms import (
    changes,
    create,
    csrf,
    delete,
    edit,
    history,
    home,
    jobs,
    keys,
    lists,
    passwords,
    pipeline,
    sign_in,
)
from services.forms.pages import prepare_templates, secure, show_page
from services.forms.visitor import find_token, session_caller, set_session
from services.records.rest.files import mount_files
from services.records.rest.jobs import mount_jobs
from services.records.rest.resource import mount_tables
from services.records.rest.transfers import mount_transfers
from services.registry import TABLES
from services.shared.database import Database
from services.shared.errors import SkepError, Unauthorized
from services.shared.settings import Settings
from services.shared.web import create_app, problem_answer

__all__ = ["build_app"]

API = "/app/api"
MAX_FORM_BYTES = 2 * 1024 * 1024
"""A form with every field full is smaller; more would only be echoed."""

ROUTES: tuple[tuple[str, str, str, Callable[..., Response]], ...] = (
    ("GET", "/", "home", home.show_home),
    ("GET", "/sign-in", "sign_in", sign_in.show_sign_in),
    ("POST", "/sign-in", "sign_in_now", sign_in.sign_in_now),
    ("POST", "/sign-out", "sign_out", sign_in.sign_out_now),
    ("GET", "/tables/<table>", "records", lists.show_list),
    ("GET", "/tables/<table>/new", "new_record", create.show_form),
    ("POST", "/tables/<table>/new", "create_record", create.create),
    ("GET", "/tables/<table>/<record_id>", "record", edit.show_record_page),
    ("POST", "/tables/<table>/<record_id>", "save_record", edit.save),
    ("POST", "/tables/<table>/<record_id>/delete", "delete_record", delete.delete),
    ("POST", "/tables/<table>/<record_id>/restore", "restore_record", delete.restore),
    ("GET", "/tables/<table>/<record_id>/history", "record_history", history.show_history),
    ("POST", "/tables/<table>/<record_id>/key", "create_key", keys.create_key),
    ("POST", "/tables/<table>/<record_id>/password", "set_password", passwords.set_password_now),
    ("GET", "/reports/pipeline", "pipeline", pipeline.show_pipeline),
    ("GET", "/changes", "changes", changes.show_changes),
    ("GET", "/changes/<change_set>", "change_set", changes.show_change_set),
    ("POST", "/changes/<change_set>/undo", "undo", changes.undo),
    ("GET", "/jobs/<job_id>", "job", jobs.show_job),
    ("POST", "/jobs/<job_id>/cancel", "cancel_job", jobs.cancel),
)
"""Method, path, endpoint, view. Paths name the table by a parameter, so that API Gateway needs few resources."""


def build_app(settings: Settings, database: Database) -> Flask:
    """The pages, and the tables' REST routes below /app/api."""
    app = create_app("forms", settings, database, error_answer=_answer_error)
    prepare_templates(app)
    app.before_request(_check_form)
    app.after_request(secure)
    for method, path, endpoint, view in ROUTES:
        app.add_url_rule(path, endpoint, view, methods=[method])
    mount_tables(app, TABLES.values(), API, session_caller)
    mount_transfers(app, TABLES, API, session_caller)
    mount_files(app, API, session_caller)
    mount_jobs(app, API, session_caller)
    return app


def _check_form() -> None:
    """Refuses every form that is not from a page of ours; the REST routes check a header instead."""
    if request.method != "POST" or request.url_rule is None or _is_api():
        return
    request.max_content_length = MAX_FORM_BYTES
    if request.endpoint == "sign_in_now":
        csrf.check_sign_in()
        return
    token = find_token()
    if token is None:
        raise Unauthorized("Sign in first.")
    g.session_token = token
    csrf.check(token)


def _is_api() -> bool:
    return request.path == API or request.path.startswith(f"{API}/")


def _answer_error(error: SkepError) -> Response:
    if _is_api():
        return problem_answer(error)
    if isinstance(error, Unauthorized):
        return _ask_to_sign_in()
    context: dict[str, Any] = {"error": error, "request_id": request.environ.get("skep.request_id")}
    answer = show_page("error", g.get("visitor"), status=error.status, **context)
    answer.headers.update(error.headers)
    return answer


def _ask_to_sign_in() -> Response:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    if wanted == "/":
        wanted = None
    answer = Response(status=303, headers={"Location": url_for("sign_in", next=wanted)})
    set_session(answer, None)
    return answer
