"""Warm calls: the real handler against the bare one, with each part that Skep adds in turn."""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from services.customers.tables import TABLES
from services.records.paging import Position, encode_cursor, parse_order
from tests.bench.bare import Handler, make_bare_handler
from tests.bench.events import Event, get_event, list_event, post_event
from tests.bench.fair import make_fair_handler
from tests.bench.measure import Pairs, Side, body_of, compare
from tests.bench.server import Server
from tests.bench.stack import STEPS, make_real_handler, make_step_handler, step

__all__ = ["CALLS", "Sides", "measure_fair", "measure_steps", "quiet_log"]

CALLS = {"GET": 80, "POST": 40, "page": 20}
"""Calls in a batch, by kind."""
_numbers = itertools.count(1)


class Sides:
    """The events of a kind of call, the same for both sides; a page's position is told in the words of each."""

    def __init__(self, server: Server, who: str, seed: int = 7) -> None:
        self._who = who
        order = parse_order(TABLES[0], None)
        rows = server.sql(
            "SELECT id::text, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
            " FROM customers TABLESAMPLE SYSTEM (100) LIMIT 4000"
        )
        random.Random(seed).shuffle(rows)
        self._rows = [(record_id, at, encode_cursor(order, Position(at, record_id))) for record_id, at in rows]

    def make(self, kind: str, handler: Handler, words: str) -> Side:
        """One side; words: whose parameters a page has, ours or bare."""
        if kind == "POST":
            return Side(handler, self._posts(), 201)
        return Side(handler, self._gets() if kind == "GET" else self._pages(words), 200)

    # Events are made when they are needed: thousands of them would push each other out of the processor's cache.
    def _gets(self) -> Iterator[Event]:
        for record_id, _, _ in itertools.cycle(self._rows):
            yield get_event(self._who, record_id)

    def _pages(self, words: str) -> Iterator[Event]:
        for record_id, at, cursor in itertools.cycle(self._rows):
            place = {"cursor": cursor} if words == "ours" else {"after_time": at, "after_id": record_id}
            yield list_event(self._who, {"limit": "50", **place})

    def _posts(self) -> Iterator[Event]:
        for number in _numbers:
            yield post_event(self._who, f"{number}-{random.randrange(10**12)}")


@contextmanager
def quiet_log() -> Iterator[None]:
    """Lets log lines go where they cost what they do in Lambda, one write each, and nobody reads them."""
    kept = sys.stdout
    with open("/dev/null", "w", buffering=1, encoding="utf-8") as sink:
        sys.stdout = sink
        try:
            yield
        finally:
            sys.stdout = kept


def check_same(ours: Side, theirs: Side) -> None:
    """Raises AssertionError when the two answer other values to the same request."""
    left, right = body_of(ours), body_of(theirs)
    for body in (left, right):
        body.pop("next", None)
    # A new record's own values, and the way to write UTC, differ.
    for one, other in zip(left.get("items", [left]), right.get("items", [right]), strict=True):
        assert list(one) == list(other), (list(one), list(other))
        if ours.status == 200:
            for name, value in one.items():
                assert _plain(name, value) == _plain(name, other[name]), (name, value, other[name])


def _plain(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name.endswith("_at") else value


def measure_steps(server: Server, who: str, pairs: int) -> dict[str, dict[str, Pairs]]:
    """Step -> kind of call -> what it costs in bare handlers."""
    bare = make_bare_handler(server.url(search_path="bare"))
    sides = Sides(server, who)
    results: dict[str, dict[str, Pairs]] = {}
    for name in STEPS:
        kinds = ("POST",) if name == "+ indexes" else tuple(CALLS)
        with step(server, name):
            handler = make_step_handler(server, name)
            results[name] = {}
            for kind in kinds:
                ours, theirs = sides.make(kind, handler, "ours"), sides.make(kind, bare, "bare")
                check_same(ours, theirs)
                results[name][kind] = compare(server, ours, theirs, pairs=pairs, calls=CALLS[kind])
    return results


def measure_fair(server: Server, pairs: int) -> dict[str, Pairs]:
    """Kind of call -> what the real handler costs in bare handlers that look up caller and rights by hand."""
    sides = Sides(server, "admin")
    real = make_real_handler(server.url())
    kinds = [(kind, kind, False) for kind in CALLS] + [("POST, with the change log by hand", "POST", True)]
    results = {}
    for name, kind, with_log in kinds:
        ours = sides.make(kind, real, "ours")
        theirs = sides.make(kind, make_fair_handler(server, with_log=with_log), "bare")
        check_same(ours, theirs)
        results[name] = compare(server, ours, theirs, pairs=pairs, calls=CALLS[kind])
    return results
