"""The Flask application that every service is: errors, log line, settings, database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

import orjson
import psycopg2
from flask import Flask, Request, Response, g, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from services.shared.bugs import describe_bug
from services.shared.database import Database, find_contention
from services.shared.errors import SkepError, problem
from services.shared.files import Files
from services.shared.lean_flask import LeanFlask, LeanResponse
from services.shared.metrics import REQUEST
from services.shared.queue import Queue
from services.shared.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = [
    "IAM_MOUNT",
    "MAX_BODY_BYTES",
    "Service",
    "View",
    "by_method",
    "create_app",
    "json_answer",
    "problem_answer",
    "service",
]

View = Callable[..., Response]

MAX_BODY_BYTES = 10 * 1024 * 1024
"""API Gateway's limit."""

IAM_MOUNT = "/iam"
CODES = {404: "no_such_path", 405: "method_not_allowed", 413: "too_large", 400: "bad_request"}
SENTENCES = {404: "There is nothing at this path.", 405: "This path does not take this method."}


class _HttpError(SkepError):
    """What Werkzeug says about a request."""

    def __init__(self, error: HTTPException) -> None:
        status = error.code or 500
        super().__init__(SENTENCES.get(status, error.description), headers=dict(error.get_headers()))
        self.headers = {k: v for k, v in self.headers.items() if k in ("Allow", "Retry-After")}
        self.status = status  # type: ignore[misc]
        self.code = CODES.get(status, "http")  # type: ignore[misc]


class _Bug(SkepError):
    """Something went wrong on our side. Tell us the request id."""


class Service:
    """What an application has at hand: its name, settings, database, files, and the queue of its work."""

    def __init__(self, name: str, settings: Settings, database: Database) -> None:
        self.name, self.settings, self.database = name, settings, database
        self.files = Files(settings, settings.environment)
        self.work_queue = Queue(settings.work_queue_url, settings.region, settings.environment)
        self.cold = True


def service() -> Service:
    """The service that answers the current request."""
    return cast(Service, request.environ["skep.service"])


def by_method(views: Mapping[str, View]) -> View:
    """One view of several, by the request's method: Werkzeug takes half a millisecond at start for every rule."""

    def view(**arguments: Any) -> Response:
        return views["GET" if request.method == "HEAD" else request.method](**arguments)

    return view


def json_answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return LeanResponse(orjson.dumps(body), status, Headers(headers or {}), content_type="application/json")


def _known_error(error: Exception) -> SkepError | None:
    if isinstance(error, SkepError):
        return error
    if isinstance(error, HTTPException):
        return _HttpError(error)
    return find_contention(error) if isinstance(error, psycopg2.Error) else None


def problem_answer(error: SkepError) -> Response:
    """An error as application/problem+json."""
    body = orjson.dumps(problem(error, request.environ.get("skep.request_id")), default=str)
    return Response(body, error.status, error.headers, mimetype="application/problem+json")


def create_app(
    name: str,
    settings: Settings,
    database: Database,
    *,
    error_answer: Callable[[SkepError], Response] = problem_answer,
) -> Flask:
    """A service's application without routes. error_answer: how this door shows an error."""
    app = LeanFlask(name, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.url_map.strict_slashes = False
    app.url_map.redirect_defaults = False
    holder = Service(name, settings, database)
    app.extensions["skep"] = holder
    app.wsgi_app = _below_iam(app.wsgi_app)  # type: ignore[method-assign,assignment]

    @app.before_request
    def begin() -> None:
        request.environ["skep.service"] = holder
        g.started = time.perf_counter()

    @app.errorhandler(Exception)
    def answer_error(error: Exception) -> Response:
        known = _known_error(error)
        if known is None:
            app.logger.error("%s %s failed\n%s", request.method, request.path, describe_bug(error))
        return error_answer(known or _Bug())

    @app.after_request
    def finish(answer: Response) -> Response:
        _log(holder, request, answer)
        return answer

    return app


def _below_iam(wsgi_app: WSGIApplication) -> WSGIApplication:
    """The same routes for IAM roles below /iam: mounted as PEP 3333 has it, so that links lead back there."""

    def mounted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(IAM_MOUNT + "/"):
            environ["SCRIPT_NAME"] += IAM_MOUNT
            environ["PATH_INFO"] = environ["PATH_INFO"][len(IAM_MOUNT) :]
            environ["skep.iam"] = True
        return wsgi_app(environ, start_response)

    return mounted


def _log(holder: Service, current: Request, answer: Response) -> None:
    """One JSON line, which is also metrics: never a field's value, never a key."""
    caller = g.get("caller")
    rule = current.url_rule
    status = answer.status_code
    REQUEST.write(
        {
            "level": "ERROR" if status >= 500 else "INFO",
            "service": holder.name,
            "request_id": current.environ.get("skep.request_id"),
            "method": current.method,
            "route": rule.rule if rule is not None else None,
            "status": status,
            "http_5xx": int(status >= 500),
            "http_4xx": int(400 <= status < 500),
            "duration_ms": round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 3),
            "principal_id": caller.known_id if caller is not None else None,
            "cold_start": int(holder.cold),
            "change_set": answer.headers.get("Change-Set"),
            "function_version": holder.settings.function_version,
            "release": holder.settings.release,
        }
    )
    holder.cold = False
