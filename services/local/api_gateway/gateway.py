"""API Gateway on one machine: finds the resource, checks what API Gateway checks, sends the
REST API (v1) proxy event to the real Lambda handler, and gives its answer back over HTTP."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from services.local.api_gateway.assets import get_asset
from services.local.api_gateway.files import FileStore
from services.local.api_gateway.http_server import HttpServer
from services.local.api_gateway.invoke import Handler, InvocationTimedOut, LocalContext, Workers
from services.local.api_gateway.messages import (
    BadGateway,
    GatewayTimeout,
    Request,
    Response,
    make_problem,
)
from services.local.api_gateway.proxy_answer import MalformedAnswer, read_answer
from services.local.api_gateway.proxy_event import Caller, Event, Place, check_escapes, make_event
from services.local.api_gateway.routing import Match, Router
from services.shared.errors import Forbidden, NotFound, SkepError

#: Who an IAM caller is on this machine, where nobody signs; only the local gateway knows it.
LOCAL_IAM_HEADER = "x-skep-local-iam"

_logger = logging.getLogger("skep.local.gateway")
_STAGE = re.compile(r"[A-Za-z0-9_-]{1,128}")
_BASE_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")


def _looks_like_a_key(key: str) -> bool:
    return key.startswith("skp_")


def _find_local_iam(headers: Mapping[str, str]) -> str | None:
    return headers.get(LOCAL_IAM_HEADER) or None


class Gateway:
    """The API: `routes` as in services/routes.json, and one handler for each service named there.

    `stage` puts it under a stage's own address (/dev/...), `base_path` under a custom domain's
    base path; neither: at the root of a custom domain. `assets` is the folder behind /assets, `files` stands for S3.
    `key_exists` says whether API Gateway knows an API key, `iam_caller` gives the ARN of an IAM
    caller by the request's headers (names in lower case) or None.
    """

    def __init__(
        self,
        routes: Iterable[Mapping[str, str]],
        handlers: Mapping[str, Handler],
        *,
        stage: str | None = None,
        base_path: str = "",
        assets: Path | None = None,
        files: FileStore | None = None,
        key_exists: Callable[[str], bool] = _looks_like_a_key,
        iam_caller: Callable[[Mapping[str, str]], str | None] = _find_local_iam,
        workers: int = 4,
        timeout_seconds: float = 29.0,
    ) -> None:
        routes = list(routes)
        if missing := {line["service"] for line in routes} - set(handlers):
            raise ValueError(f"No handler for these services: {', '.join(sorted(missing))}")
        if stage is not None and (base_path or not _STAGE.fullmatch(stage)):
            raise ValueError(f"Not a stage's name, or a stage and a base path: {stage!r}")
        if not _BASE_PATH.fullmatch(base_path):
            raise ValueError(f"Not a base path: {base_path!r}")
        self._router = Router(routes)
        self._handlers = dict(handlers)
        self._place = Place(stage, base_path)
        self._assets = assets
        self._files = files
        self._key_exists = key_exists
        self._iam_caller = iam_caller
        self._timeout_seconds = timeout_seconds
        self._workers = Workers(workers)
        self._server: HttpServer | None = None

    def handle(self, request: Request) -> Response:
        """Answer one request; never raises."""
        request_id = str(uuid.uuid4())
        try:
            return self._handle(request, request_id)
        except SkepError as error:
            response = make_problem(error, request_id)
        except Exception:  # pylint: disable=broad-exception-caught
            _logger.exception("request %s: the gateway itself failed", request_id)
            response = make_problem(BadGateway(), request_id)
        return Response(
            response.status,
            [*response.headers, ("x-amzn-RequestId", request_id)],
            response.body,
        )

    def _handle(self, request: Request, request_id: str) -> Response:
        check_escapes(request)
        path = self._find_own_path(request.path)
        if self._assets is not None and path.startswith("/assets/"):
            return get_asset(self._assets, path.removeprefix("/assets/"), request)
        match = self._router.find_match(path)
        if match is None:
            raise NotFound("There is nothing at this address.")
        caller = self._find_caller(match, request)
        kept = [(n, v) for n, v in request.headers if n.lower() != LOCAL_IAM_HEADER]
        request = replace(request, headers=kept)
        event = make_event(request, match, self._place, caller, request_id)
        return self._invoke(match.route.service, event, request)

    def _find_own_path(self, path: str) -> str:
        prefix = self._place.prefix
        if path != prefix and not path.startswith(f"{prefix}/"):
            raise NotFound("There is nothing at this address.")
        return path.removeprefix(prefix) or "/"

    def _find_caller(self, match: Match, request: Request) -> Caller:
        if match.route.authorization == "api_key":
            key = request.get_header("x-api-key")
            if not key or not self._key_exists(key):
                raise Forbidden("Send a valid API key in the header x-api-key.")
            return Caller(api_key=key)
        if match.route.authorization == "iam":
            arn = self._iam_caller({name.lower(): value for name, value in request.headers})
            if not arn:
                raise Forbidden("Sign the request as an IAM role that may call this API.")
            return Caller(user_arn=arn)
        return Caller()

    def _invoke(self, service: str, event: Event, request: Request) -> Response:
        handler = self._handlers[service]
        request_id = event["requestContext"]["requestId"]
        context = LocalContext(str(uuid.uuid4()), f"skep-{service}", self._timeout_seconds)
        try:
            answer = self._workers.run(lambda: handler(event, context), self._timeout_seconds)
            return read_answer(answer, request, event)
        except InvocationTimedOut:
            _logger.error("request %s: %s took too long", request_id, service)
            raise GatewayTimeout from None
        except MalformedAnswer as error:
            _logger.error("request %s: %s: %s", request_id, service, error.reason)
            raise
        except BaseException as error:
            _logger.error("request %s: %s failed", request_id, service, exc_info=error)
            raise BadGateway from None

    @property
    def url(self) -> str:
        """Where the API answers, without a slash at the end; only while it is started."""
        if self._server is None:
            raise RuntimeError("The gateway is not started.")
        return f"http://{self._server.address}{self._place.prefix}"

    def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Answer HTTP in the background; port 0 takes a free one. Raises OSError."""
        if self._server is not None:
            raise RuntimeError("The gateway is started already.")
        server = HttpServer(host, port, self.handle, self._files)
        server.start()
        self._server = server

    def stop(self) -> None:
        """Close all connections and end the workers. A stopped gateway can't be started again."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        self._workers.stop()

    def serve(self, host: str, port: int) -> None:
        """Answer HTTP until Ctrl-C (or another thread's stop), then stop. Raises OSError."""
        self.start(host, port)
        assert self._server is not None
        try:
            self._server.wait()
        except KeyboardInterrupt:
            pass
        finally:
            self.stop()

    def __enter__(self) -> Self:
        if self._server is None:
            self.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()
