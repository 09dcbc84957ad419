"""Speaks HTTP/1.1 for the local gateway: reads whole requests, refuses unclear ones."""

from __future__ import annotations

import email.utils
import http.server
import logging
import os
import re
import shutil
import socket
import socketserver
import sys
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from services.local.api_gateway.body import MAX_DRAINED_BYTES, BodyReader
from services.local.api_gateway.files import FileStore
from services.local.api_gateway.messages import (
    HeadersTooLarge,
    MethodNotAllowed,
    Request,
    RequestTimeout,
    Response,
    UriTooLong,
    make_problem,
)
from services.local.api_gateway.proxy_event import MAX_BODY_BYTES
from services.shared.errors import BadRequest, SkepError

#: API Gateway's limit for the request line and all headers together (REST API quotas).
MAX_HEAD_BYTES = 10_240

#: What a REST API's method ANY stands for.
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")

_logger = logging.getLogger("skep.local.http")

_ABSOLUTE_TARGET = re.compile(r"https?://([^/?#]+)(.*)", re.IGNORECASE)

_SERVER_ERRORS: dict[int, type[SkepError]] = {
    408: RequestTimeout,
    414: UriTooLong,
    431: HeadersTooLarge,
}


class HttpServer:
    """A listening socket and its threads; `answer` turns a request into a response, `files` one whose body is long."""

    def __init__(
        self, host: str, port: int, answer: Callable[[Request], Response], files: FileStore | None = None
    ) -> None:
        self._listener = _Listener(host, port, answer, files)
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        bound_host, bound_port = self._listener.server_address[:2]
        self.address = f"{bound_host!s}:{bound_port}"

    def start(self) -> None:
        """Begin to accept connections."""
        self._thread.start()

    def wait(self) -> None:
        """Return when the server has stopped."""
        # Not one endless join: the main thread must see Ctrl-C.
        while self._thread.is_alive():
            self._thread.join(0.5)

    def stop(self) -> None:
        """Stop accepting, close every open connection and the listening socket."""
        self._listener.shutdown()
        self._listener.close_connections()
        self._listener.server_close()
        self._thread.join()


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, answer: Callable[[Request], Response], files: FileStore | None) -> None:
        self.answer = answer
        self.files = files
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((host, port), _Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with suppress(OSError):  # the client was faster
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log why a connection broke: nearly always a client that went away."""
        _logger.debug("connection from %s failed: %s", client_address, sys.exc_info()[1])


class _Connection(http.server.BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    timeout = 60
    # Head and body leave in one packet: two small writes wait 40 ms for each other (Nagle).
    wbufsize = -1
    disable_nagle_algorithm = True

    def serve(self) -> None:
        """Read one request, have it answered, write the response."""
        files = self._find_files()
        reader = BodyReader(self.headers, self.rfile, files.limit_bytes if files else MAX_BODY_BYTES)
        try:
            request = self._read_head()
            if files is None:
                request = replace(request, body=reader.read())
            response = None if files is None else files.answer(request, reader)
        except SkepError as error:
            self.close_connection = True
            self._write(make_problem(error, str(uuid.uuid4())))
            # A client that is still sending would be cut off before it reads the answer.
            reader.drain(MAX_DRAINED_BYTES)
            return
        self._write(response or self.server.answer(request))

    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = serve

    def _find_files(self) -> FileStore | None:
        """What reads the body by itself, since it may be long."""
        files = self.server.files
        return files if files is not None and files.takes(self.path) else None

    def _read_head(self) -> Request:
        headers = list(self.headers.items())
        head_bytes = len(self.requestline) + sum(len(n) + len(v) for n, v in headers)
        if head_bytes > MAX_HEAD_BYTES:
            raise UriTooLong if len(self.path) > MAX_HEAD_BYTES else HeadersTooLarge
        if self.headers.defects or any("\n" in v or "\r" in v or "\0" in v for _, v in headers):
            raise BadRequest("The headers can't be read.")
        host, path, query = _split_target(self.path)
        if host is not None:
            # RFC 9112, 3.2.2: the host of an absolute target replaces the header.
            headers = [(n, v) for n, v in headers if n.lower() != "host"] + [("Host", host)]
        elif len(self.headers.get_all("Host", [])) > 1:
            raise BadRequest("There is more than one Host header.")
        return Request(
            method=self.command,
            path=path,
            query=query,
            headers=headers,
            source_ip=self.client_address[0],
            port=self.server.server_address[1],
        )

    def handle_expect_100(self) -> bool:
        """Ask for the body, unless its length already says that it is too large."""
        files = self._find_files()
        limit_bytes = files.limit_bytes if files else MAX_BODY_BYTES
        if not BodyReader(self.headers, self.rfile, limit_bytes).is_too_long():
            super().handle_expect_100()
            self.wfile.flush()
        return True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what http.server refuses (a broken request line, a method, a header)."""
        error: SkepError = _SERVER_ERRORS.get(code, BadRequest)()
        if code == 501:
            error = MethodNotAllowed(headers={"Allow": ", ".join(METHODS)})
        self.close_connection = True
        # Until a version has been read it is HTTP/0.9, which has no headers to answer with.
        self.request_version = self.protocol_version  # pylint: disable=attribute-defined-outside-init
        self._write(make_problem(error, str(uuid.uuid4())))

    def _write(self, response: Response) -> None:
        self.send_response_only(response.status)
        self.send_header("Date", email.utils.formatdate(usegmt=True))
        for name, value in response.headers:
            # Handlers speak Unicode; header bytes are Latin-1 to http.server and UTF-8 to clients.
            self.send_header(name, value.encode().decode("latin-1"))
        has_body = response.status not in (204, 304) and getattr(self, "command", "") != "HEAD"
        if response.file is not None:
            self.send_header("Content-Length", str(os.fstat(response.file.fileno()).st_size))
        elif has_body:
            self.send_header("Content-Length", str(len(response.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if response.file is not None:
            with response.file:
                if has_body:
                    shutil.copyfileobj(response.file, self.wfile)
        elif has_body:
            self.wfile.write(response.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the handlers write one line for each request themselves."""


def _split_target(target: str) -> tuple[str | None, str, str]:
    """Return host or None, path and query of a request target; raises BadRequest."""
    if not target.isascii() or not target.isprintable():
        raise BadRequest("The URL has characters that must be percent-encoded.")
    host = None
    if absolute := _ABSOLUTE_TARGET.fullmatch(target):
        host, target = absolute[1], absolute[2]
        target = target if target.startswith("/") else f"/{target}"
    if not target.startswith("/"):
        raise BadRequest("The URL's path must begin with '/'.")
    path, _, query = target.partition("#")[0].partition("?")
    return host, path, query
