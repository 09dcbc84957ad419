"""Speaks the Lambda Runtime API with one process of awslambdaric.

Source: "Using the Lambda runtime API for custom runtimes", AWS Lambda developer guide.
"""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from services.shared.lambda_adapter import MAX_ANSWER_BYTES

__all__ = ["Conversation", "RuntimeServer", "Work"]

RUNTIME = "/2018-06-01/runtime/"
_PIECE_BYTES = 65_536
_TOO_LARGE = {
    "errorMessage": f"Exceeded maximum allowed payload size ({MAX_ANSWER_BYTES} bytes).",
    "errorType": "RequestEntityTooLarge",
}


class Work(NamedTuple):
    """An event on its way to the process. headers: all that Lambda tells about it."""

    payload: bytes
    headers: dict[str, str]


class Conversation(Protocol):
    """Whose process it is. Called by the server's threads."""

    def take_work(self) -> Work | None:
        """Waits for the next event; None when there will be none."""
        ...

    def take_answer(self, request_id: str, body: bytes | None) -> bool:
        """Takes the answer, None for one above the limit; whether anybody waits for it."""
        ...

    def take_error(self, request_id: str, error: dict[str, Any]) -> bool:
        """Takes what the handler raised; whether anybody waits for it."""
        ...

    def take_init_error(self, error: dict[str, Any]) -> None:
        """Takes why the process can not begin."""
        ...


class RuntimeServer:
    """The listening socket, on loopback, and its threads."""

    def __init__(self, conversation: Conversation) -> None:
        self._listener = _Listener(conversation)
        self._thread: threading.Thread | None = None
        self.port: int = self._listener.server_address[1]

    def start(self) -> None:
        """Begins to answer."""
        serve = self._listener.serve_forever
        self._thread = threading.Thread(target=serve, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends; a second time it does nothing."""
        if self._thread is not None:
            self._listener.shutdown()
            self._thread.join()
            self._thread = None
        self._listener.server_close()


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        super().__init__(("127.0.0.1", 0), _Connection)

    def server_bind(self) -> None:
        """Binds without asking a name server for this machine's name, as http.server would."""
        super(http.server.HTTPServer, self).server_bind()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a killed process leaves its connection broken."""


class _Connection(http.server.BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    # Head and body leave in one packet: two small writes wait 40 ms for each other (Nagle).
    wbufsize = -1
    disable_nagle_algorithm = True

    def give_event(self) -> None:
        """Give the next event: GET /runtime/invocation/next, a long poll."""
        if self.path != RUNTIME + "invocation/next":
            self._send(404, b"{}")
            return
        work = self.server.conversation.take_work()
        if work is None:
            self.close_connection = True
            return
        self._send(200, work.payload, work.headers)

    def take_report(self) -> None:
        """Take an answer, an error, or an error of the initialization."""
        conversation = self.server.conversation
        body = self._read()
        known = True
        match self.path.removeprefix(RUNTIME).split("/"):
            case ["init", "error"] if body is not None:
                conversation.take_init_error(json.loads(body))
            case ["invocation", request_id, "response"]:
                known = conversation.take_answer(request_id, body)
            case ["invocation", request_id, "error"] if body is not None:
                known = conversation.take_error(request_id, json.loads(body))
            case _:
                known = False
        if body is None:
            self._send(413, json.dumps(_TOO_LARGE).encode())
        elif known:
            self._send(202, b'{"status": "OK"}')
        else:
            self._send(400, b'{"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"}')

    do_GET, do_POST = give_event, take_report

    def _read(self) -> bytes | None:
        """The body; None for one above the limit, which is read and forgotten: who still sends hears no answer."""
        left = int(self.headers.get("Content-Length") or 0)
        if left <= MAX_ANSWER_BYTES:
            return self.rfile.read(left)
        while left > 0 and (piece := self.rfile.read(min(left, _PIECE_BYTES))):
            left -= len(piece)
        return None

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what the function writes is the log."""
