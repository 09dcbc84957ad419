"""A small Lambda Runtime API, so that handlers run under the real awslambdaric without Docker.

Source: "Using the Lambda runtime API for custom runtimes", AWS Lambda developer guide.
"""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import Future, wait
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[2]
_VERSION = "/2018-06-01/runtime/"


class FunctionError(Exception):
    """The handler raised; `error` is what awslambdaric reported (errorType, errorMessage, ...)."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error.get('errorType')}: {error.get('errorMessage')}")
        self.error = error


class InitError(FunctionError):
    """The handler's module could not be imported."""


class RuntimeApi:
    """One execution environment: a process of awslambdaric and the Runtime API that it asks.

    `handler` is as in a Dockerfile's CMD ("services.customers.handler.handler"), `environment`
    what is added to this process's own. Use it as a context manager, or start() and stop().
    """

    def __init__(
        self,
        handler: str,
        *,
        environment: Mapping[str, str] | None = None,
        directory: Path = ROOT,
        timeout_seconds: float = 29.0,
    ) -> None:
        self._handler = handler
        self._environment = dict(environment or {})
        self._directory = directory
        self._timeout_seconds = timeout_seconds
        self._events: SimpleQueue[tuple[str, bytes] | None] = SimpleQueue()
        self._answers: dict[str, Future[Any]] = {}
        self._ready: Future[None] = Future()
        self._process: subprocess.Popen[bytes] | None = None
        self._server = _Server(self)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()

    def start(self) -> None:
        """Start the process and wait until it asks for work. Raises InitError."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        name = self._handler.split(".")[-2]
        environment = {
            **os.environ,
            "AWS_LAMBDA_FUNCTION_NAME": f"skep-{name}",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_address[1]}",
            "AWS_REGION": "eu-west-1",
            "LAMBDA_TASK_ROOT": str(self._directory),
            **self._environment,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", self._handler],
            cwd=self._directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait_for(self._ready, self._timeout_seconds)
        except BaseException:
            self.stop()
            raise

    def invoke(self, event: Any) -> Any:
        """Return the handler's answer to `event`, after JSON both ways. Raises FunctionError."""
        request_id = str(uuid.uuid4())
        future: Future[Any] = Future()
        self._answers[request_id] = future
        self._events.put((request_id, json.dumps(event).encode()))
        return self._wait_for(future, self._timeout_seconds)

    def read_log(self) -> str:
        """Return what the process has written to standard output and error so far."""
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")

    def stop(self) -> None:
        """End the process and the server."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
        if self._process is not None:
            self._process.wait()
        self._events.put(None)
        self._server.shutdown()
        self._server.server_close()
        self._log.close()

    def _wait_for(self, future: Future[Any], timeout_seconds: float) -> Any:
        deadline = time.monotonic() + timeout_seconds
        while not future.done():
            assert self._process is not None
            if self._process.poll() is not None and not future.done():
                time.sleep(0.1)  # its last message may still be on the way
                if not future.done():
                    raise InitError({"errorType": "Exited", "errorMessage": self.read_log()})
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._handler} did not answer:\n{self.read_log()}")
            wait([future], 0.05)
        return future.result()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    # What follows is called by the server's threads.

    def take_event(self) -> tuple[str, bytes] | None:
        """Wait for the next event; None when the environment is being stopped."""
        if not self._ready.done():
            self._ready.set_result(None)
        return self._events.get()

    def get_deadline_ms(self) -> int:
        """Return when the invocation that begins now must have ended, in ms since 1970."""
        return int((time.time() + self._timeout_seconds) * 1000)

    def report(self, path: str, body: bytes) -> None:
        """Take an answer or an error that awslambdaric posts."""
        if path.endswith("init/error"):
            self._ready.set_exception(InitError(json.loads(body)))
            return
        _, request_id, kind = path.rsplit("/", 2)
        future = self._answers.pop(request_id)
        if kind == "error":
            future.set_exception(FunctionError(json.loads(body)))
        else:
            future.set_result(json.loads(body))


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, runtime: RuntimeApi) -> None:
        self.runtime = runtime
        super().__init__(("127.0.0.1", 0), _RuntimeCalls)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a killed process leaves its connection broken."""


class _RuntimeCalls(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # Head and body leave in one packet: two small writes wait 40 ms for each other (Nagle).
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Give the next event: GET /runtime/invocation/next, a long poll."""
        event = self.server.runtime.take_event()
        if event is None:
            self.close_connection = True
            return
        request_id, body = event
        function = "arn:aws:lambda:eu-west-1:000000000000:function:skep"
        self._send(
            200,
            body,
            {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": request_id,
                "Lambda-Runtime-Deadline-Ms": str(self.server.runtime.get_deadline_ms()),
                "Lambda-Runtime-Invoked-Function-Arn": function,
                "Lambda-Runtime-Trace-Id": "Root=1-6702f1aa-0f1e2d3c4b5a69788796a5b4",
            },
        )

    def do_POST(self) -> None:
        """Take an answer, an error, or an error of the initialization."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.runtime.report(self.path.removeprefix(_VERSION), body)
        self._send(202, b'{"status": "OK"}', {"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a test's output is its own."""
