"""A proxy before the platform that spoils answers, or requests, in one way: to see that the collection finds it."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

__all__ = ["Exchange", "Fault", "proxy"]

HOP = ("connection", "content-length", "date", "host", "keep-alive", "server", "transfer-encoding")


@dataclass
class Exchange:
    """A request on its way there, and its answer on its way back. Names of headers are in small letters."""

    method: str
    path: str
    sent: dict[str, str]
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and which assertion must find it. there: spoils the request; back: the answer."""

    sentence: str
    found_by: str
    there: Callable[[Exchange], None] = field(default=lambda _: None)
    back: Callable[[Exchange], None] = field(default=lambda _: None)


@contextmanager
def proxy(url: str, fault: Fault) -> Iterator[str]:
    """The URL of a proxy to another URL, with this fault."""
    target = urlsplit(url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            sent = {name.lower(): value for name, value in self.headers.items() if name.lower() not in HOP}
            exchange = Exchange(self.command, self.path, sent)
            fault.there(exchange)
            _ask(target.netloc, exchange, content)
            fault.back(exchange)
            self.send_response(exchange.status)
            for name, value in exchange.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(exchange.body)))
            self.end_headers()
            self.wfile.write(exchange.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's name
            """Nothing: newman tells what was asked."""

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._pass)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{target.path}"
    finally:
        server.shutdown()
        server.server_close()


def _ask(host: str, exchange: Exchange, content: bytes) -> None:
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request(exchange.method, exchange.path, content or None, exchange.sent)
    answer = connection.getresponse()
    exchange.status, exchange.body = answer.status, answer.read()
    exchange.headers = {name.lower(): value for name, value in answer.getheaders() if name.lower() not in HOP}
    connection.close()
