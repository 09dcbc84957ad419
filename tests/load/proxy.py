"""Stands before a platform and does to some requests what a bad release would: waits, or answers in its place."""

from __future__ import annotations

import http.client
import http.server
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

__all__ = ["PASS", "Deed", "Judge", "run_proxy"]

HOP = ("connection", "transfer-encoding", "content-length")


@dataclass(frozen=True)
class Deed:
    """What happens to a request. status: answered in the platform's place."""

    wait_seconds: float = 0.0
    status: int = 0


PASS = Deed()
Judge = Callable[[str, str, Mapping[str, str]], Deed]
"""Method, target and headers of a request -> what happens to it."""


@contextmanager
def run_proxy(url: str, judge: Judge) -> Iterator[str]:
    """The URL of a proxy before the platform at this one."""
    server = _Server(("127.0.0.1", 0), _handler(urlsplit(url).netloc, judge))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = False  # all have ended when it has

    def handle_error(self, *_: Any) -> None:
        """Nothing: a client that stops in the middle is what a run does that gives up."""


def _handler(platform: str, judge: Judge) -> type[http.server.BaseHTTPRequestHandler]:
    class _Proxy(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            deed = judge(self.command, self.path, dict(self.headers.items()))
            time.sleep(deed.wait_seconds)
            if deed.status:
                self.answer(deed.status, [("Content-Type", "application/problem+json")], b'{"code": "planted"}')
                return
            with closing(http.client.HTTPConnection(platform, timeout=30)) as connection:
                connection.request(self.command, self.path, body, dict(self.headers.items()))
                found = connection.getresponse()
                kept = [(name, value) for name, value in found.getheaders() if name.lower() not in HOP]
                self.answer(found.status, kept, found.read())

        do_DELETE = do_GET = do_PATCH = do_POST = pass_on  # noqa: N815 - http.server's names

        def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            if status not in (204, 304):
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if status not in (204, 304):
                self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, *_: Any) -> None:
            pass

    return _Proxy
