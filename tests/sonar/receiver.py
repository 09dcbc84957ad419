"""Where SonarQube's webhook goes in these tests, as it would go to Jenkins."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SIGNATURE = "X-Sonar-Webhook-HMAC-SHA256"
SECONDS = 30.0


@dataclass
class Receiver:
    """url: where it listens. got: what came, with whether its signature is right."""

    url: str
    secret: str
    got: list[tuple[dict[str, Any], bool]] = field(default_factory=list)

    def wait_for(self, task: str) -> tuple[dict[str, Any], bool]:
        """What was said of the analysis that a task made."""
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            for body, genuine in list(self.got):
                if body["taskId"] == task:
                    return body, genuine
            time.sleep(0.2)
        raise AssertionError(f"No word of {task}; there were {len(self.got)} others.")


@contextmanager
def run_receiver(secret: str) -> Iterator[Receiver]:
    """A receiver that listens."""
    made = Receiver("", secret)

    class Handler(BaseHTTPRequestHandler):
        """Keeps what is posted."""

        def do_POST(self) -> None:
            """One delivery."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            wanted = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            made.got.append((json.loads(body), hmac.compare_digest(wanted, self.headers.get(SIGNATURE, ""))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's name
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_address[1]}/sonarqube-webhook/"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield made
        server.shutdown()
