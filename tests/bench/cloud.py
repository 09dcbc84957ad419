"""Warm calls through the local cloud (emulator, runtime, image), beside the same through the local gateway in process.

Both answer from the cloud's own Postgres, over HTTP on a connection that stays. Nothing is pinned to a core.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from services.local.api_gateway.gateway import Gateway
from services.local.catalog import read_routes
from services.local.cloud.place import Place
from services.local.cloud.plan import STAGE
from services.local.docker import NoEngine, find_engine
from tests.bench.images import NotMeasured
from tests.bench.stack import make_real_handler
from tests.cloud.cloud import Cloud, run

__all__ = ["HEAD", "as_lines", "measure_cloud"]

CALLS = 25
HEAD = f"  {'':40}{'p50 x':>8}{'quartiles':>17}{'p50 us':>10}{'to us':>10}{'p99 us':>10}{'to us':>10}"


def measure_cloud(pairs: int) -> dict[str, dict[str, Any]]:
    """Call -> the ratios of neighbouring batches' medians (median and quartiles), and p50 and p99 of both in us.

    Raises NotMeasured where no Docker engine can build the images, or the cloud does not come up.
    """
    engine = find_engine()
    if isinstance(engine, NoEngine):
        raise NotMeasured(f"the cloud needs a Docker engine: {engine.reason}")
    with ExitStack() as stack:
        stack.enter_context(_on_all_cores())
        cloud = stack.enter_context(_running_cloud())
        local = stack.enter_context(_running_gateway(cloud))
        sides = [stack.enter_context(_Connection(url, cloud.key)) for url in (cloud.url, local)]
        record_id = cloud.get("/v1/customers?limit=1").json["items"][0]["id"]
        paths = {"GET": f"/v1/customers/{record_id}", "page of 50": "/v1/customers?limit=50"}
        with cloud.limited(rate=1e6, burst=1_000_000):
            return {kind: _compare(sides, path, pairs) for kind, path in paths.items()}


@contextmanager
def _on_all_cores() -> Iterator[None]:
    """The other parts are pinned to one core; here it would be that of emulator and runtime, but not of the images."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    kept = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        yield
    finally:
        os.sched_setaffinity(0, kept)


@contextmanager
def _running_cloud() -> Iterator[Cloud]:
    with tempfile.TemporaryDirectory(prefix="skep-bench-") as folder:
        place = Place(f"bench-{os.getpid()}", Path(folder))
        try:
            done = run("up", place)
            if done.returncode:
                raise NotMeasured(done.stderr.strip())
            yield Cloud(place)
        finally:
            run("down", place)


@contextmanager
def _running_gateway(cloud: Cloud) -> Iterator[str]:
    """The URL of the local gateway in this process, with the handler of customers alone."""
    routes = [route for route in read_routes() if route["service"] == "customers"]
    gateway = Gateway(routes, {"customers": make_real_handler(cloud.told["database_url"])}, stage=STAGE)
    gateway.start("127.0.0.1", 0)
    try:
        yield gateway.url
    finally:
        gateway.stop()


class _Connection:
    """One client that asks below a URL with a key."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._prefix = parts.path
        self._headers = {"Host": parts.netloc, "x-api-key": key, "Accept": "application/json"}
        # Not by its name: not every resolver knows *.localhost.
        self._connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=60)

    def ask(self, path: str) -> bytes:
        """The body of the answer to a GET. Raises AssertionError for another status than 200."""
        self._connection.request("GET", self._prefix + path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return body

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


@dataclass
class _Times:
    """One side's, in us."""

    all: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)

    def add(self, batch: list[float]) -> None:
        """Keeps a batch."""
        self.all += batch
        self.medians.append(statistics.median(batch))


def _compare(sides: list[_Connection], path: str, pairs: int) -> dict[str, Any]:
    """Batches of both sides in pairs, the order turned round from pair to pair, after one pair to warm up."""
    answers = [json.loads(side.ask(path)) for side in sides]
    assert answers[0] == answers[1], answers
    for side in sides:
        _batch(side, path)
    seen = [_Times(), _Times()]
    for number in range(pairs):
        for place in (0, 1) if number % 2 else (1, 0):
            seen[place].add(_batch(sides[place], path))
    ratios = [ours / theirs for ours, theirs in zip(seen[0].medians, seen[1].medians, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return {"ratio": middle, "quartiles": [low, high]} | {
        name: {"p50": statistics.median(times.all), "p99": statistics.quantiles(times.all, n=100)[-1]}
        for name, times in zip(("cloud", "local gateway"), seen, strict=True)
    }


def _batch(side: _Connection, path: str) -> list[float]:
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        side.ask(path)
        times.append((time.perf_counter() - began) * 1_000_000)
    return times


def as_lines(found: dict[str, dict[str, Any]]) -> list[str]:
    """The table's lines below HEAD."""
    lines = []
    for kind, one in found.items():
        low, high = one["quartiles"]
        cloud, local = one["cloud"], one["local gateway"]
        lines.append(
            f"  {kind:40}{one['ratio']:8.1f}{f'{low:.1f} to {high:.1f}':>17}"
            f"{cloud['p50']:10.0f}{local['p50']:10.0f}{cloud['p99']:10.0f}{local['p99']:10.0f}"
        )
    return lines
