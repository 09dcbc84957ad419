"""Lists, counts and searches in the eyes of each role, against the admin's on the same words."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from tests.bench.data import PEOPLE
from tests.bench.events import CONTEXT, Event, list_event
from tests.bench.measure import Pairs, Side, compare
from tests.bench.server import Server
from tests.bench.stack import make_real_handler

__all__ = ["QUERIES", "measure_roles"]

QUERIES = {
    "page": {},
    "page by company": {"sort": "company"},
    "page by revenue, descending": {"sort": "-revenue"},
    "q in every record": {"q": "example"},
    "q in 1 of 26": {"q": "kestrel"},
    "q in 1 of 442": {"q": "kestrel motors"},
    "q in one record": {"q": "motors 777777 "},
    "q in no record": {"q": "zzyzx"},
    "q of two letters": {"q": "qu"},
    "q in 1 of 26, by company": {"q": "kestrel", "sort": "company"},
    "q in 1 of 442, by company": {"q": "kestrel motors", "sort": "company"},
    "filter, equal": {"filter": "country[eq]=Italy"},
    "filter, range": {"filter": "revenue[gt]=8999000"},
    "count of all": {"count": "true", "limit": "1"},
    "count of q in 1 of 442": {"q": "kestrel motors", "count": "true", "limit": "1"},
    "count of a filter": {"filter": "country[eq]=Italy", "count": "true", "limit": "1"},
}
"""What is asked, as query parameters."""


def measure_roles(server: Server, pairs: int) -> dict[str, dict[str, Pairs]]:
    """Query -> role -> what it costs in the admin's calls. The admin's own times are those of the yardstick."""
    handler = make_real_handler(server.url())
    results: dict[str, dict[str, Pairs]] = {}
    for name, query in QUERIES.items():
        events = {who: list_event(who, {"limit": "50", **query}) for who in PEOPLE}
        for event in events.values():
            answer = handler(event, CONTEXT)
            assert answer["statusCode"] == 200, answer
        sides = {who: Side(handler, _again(event), 200) for who, event in events.items()}
        # What takes a tenth of a second: fewer calls, not a longer run.
        calls = 2 if "count" in query or ("sort" in query and "q" in query) else 10
        results[name] = {
            who: compare(server, sides[who], sides["admin"], pairs=pairs, calls=calls) for who in PEOPLE[1:]
        }
    return results


def _again(event: Event) -> Iterator[Event]:
    return itertools.repeat(event)
