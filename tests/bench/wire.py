"""Round trips: a relay between client and server that counts what goes each way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from services.customers.tables import TABLES
from tests.bench.events import CONTEXT, Event, get_event, list_event, post_event
from tests.bench.server import Server
from tests.bench.stack import make_real_handler

__all__ = ["count_round_trips"]

_HEADER = 5  # a message's kind and its length
_PROTOCOL_3 = b"\x00\x03"


class _Relay:
    """Passes bytes on, and counts the simple queries that the client sends (Q)."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self._upstream = upstream
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = self._listener.getsockname()
        self.queries = 0
        self.other: dict[str, int] = {}
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Takes no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._upstream)
            threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
            threading.Thread(target=_copy, args=(server, client), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        # What comes before and with the start-up message (SSL?, GSS?) has a length and no kind.
        waiting, has_started = b"", False
        while data := client.recv(65_536):
            server.sendall(data)
            waiting += data
            while len(waiting) >= _HEADER:
                head = 1 if has_started else 0
                length = int.from_bytes(waiting[head : head + 4], "big") + head
                if len(waiting) < length:
                    break
                if has_started:
                    self._count(chr(waiting[0]))
                else:
                    has_started = waiting[4:6] == _PROTOCOL_3
                waiting = waiting[length:]
        server.close()

    def _count(self, kind: str) -> None:
        if kind == "Q":
            self.queries += 1
        else:
            self.other[kind] = self.other.get(kind, 0) + 1


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            target.sendall(data)
    except OSError:
        pass
    target.close()


@contextmanager
def _relay(url: str) -> Iterator[tuple[_Relay, str]]:
    parts = urlsplit(url)
    relay = _Relay((parts.hostname or "", parts.port or 0))
    login = parts.netloc.rpartition("@")[0]
    try:
        yield relay, urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{relay.address[1]}"))
    finally:
        relay.close()


def count_round_trips(server: Server) -> dict[str, int]:
    """Call -> messages that it sends to Postgres, once the connection stands and the caller is known."""
    record_id = str(server.sql("SELECT id FROM customers LIMIT 1")[0][0])
    calls: dict[str, Event] = {
        "GET": get_event("admin", record_id),
        "page of 50": list_event("admin", {"limit": "50"}),
        "search": list_event("admin", {"q": "Apex Bakery"}),
        "page with count": list_event("admin", {"count": "true", "filter": f"{TABLES[0].natural_key}[starts]=Apex"}),
        "POST": post_event("admin", "round-trips"),
    }
    counted = {}
    with _relay(server.url()) as (relay, url):
        handler = make_real_handler(url)
        handler(calls["page of 50"], CONTEXT)
        for name, event in calls.items():
            before = relay.queries
            answer = handler(event, CONTEXT)
            assert answer["statusCode"] in (200, 201), answer
            counted[name] = relay.queries - before
        assert set(relay.other) <= {"p"}, relay.other  # passwords; no extended protocol, so no other round trip
    return counted
