"""Pairs of batches: what two handlers cost, side by side, as ratios that a busy machine can't bend much."""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench.bare import Handler
from tests.bench.events import CONTEXT
from tests.bench.server import Server

__all__ = ["Pairs", "Side", "body_of", "compare"]

Event = dict[str, Any]


@dataclass(frozen=True)
class Side:
    """One of the two: a handler, its events, the status that each must answer."""

    handler: Handler
    events: Iterator[Event]
    status: int


@dataclass(frozen=True)
class Pairs:
    """What came out. wall and cpu: median and quartiles of the ratios of subject to yardstick; times in us.

    wall compares the medians of two neighbouring batches, cpu what client and server together worked in them.
    """

    wall: float
    wall_quartiles: tuple[float, float]
    cpu: float
    cpu_quartiles: tuple[float, float]
    subject_us: float
    yardstick_us: float
    subject_p99_us: float
    yardstick_p99_us: float

    def as_json(self) -> dict[str, Any]:
        """Rounded for reading."""
        return {
            name: [round(v, 3) for v in value] if isinstance(value, tuple) else round(value, 3)
            for name, value in asdict(self).items()
        }


@dataclass
class _Batch:
    times_ns: list[int]
    cpu_ns: int


def body_of(side: Side) -> Any:
    """The JSON that a side answers to its next event. Raises AssertionError for another status."""
    answer = side.handler(next(side.events), CONTEXT)
    assert int(answer["statusCode"]) == side.status, answer
    return json.loads(answer["body"])


def compare(server: Server, subject: Side, yardstick: Side, *, pairs: int, calls: int) -> Pairs:
    """Measures batches of calls in pairs, the order turned round from pair to pair, after one pair to warm up."""
    for side in (subject, yardstick):
        _batch(server, side, calls)
    ratios: list[tuple[float, float]] = []
    times: tuple[list[int], list[int]] = ([], [])
    for number in range(pairs):
        order = (subject, yardstick) if number % 2 else (yardstick, subject)
        made = {id(side): _batch(server, side, calls) for side in order}
        ours, theirs = made[id(subject)], made[id(yardstick)]
        wall = statistics.median(ours.times_ns) / statistics.median(theirs.times_ns)
        ratios.append((wall, ours.cpu_ns / theirs.cpu_ns))
        times[0].extend(ours.times_ns)
        times[1].extend(theirs.times_ns)
    wall_low, wall, wall_high = _quartiles([w for w, _ in ratios])
    cpu_low, cpu, cpu_high = _quartiles([c for _, c in ratios])
    return Pairs(
        wall,
        (wall_low, wall_high),
        cpu,
        (cpu_low, cpu_high),
        statistics.median(times[0]) / 1000,
        statistics.median(times[1]) / 1000,
        _p99(times[0]) / 1000,
        _p99(times[1]) / 1000,
    )


def _batch(server: Server, side: Side, calls: int) -> _Batch:
    events = [next(side.events) for _ in range(calls)]
    handler: Callable[[Event, Any], dict[str, Any]] = side.handler
    times: list[int] = []
    gc.collect()
    backends = server.backends_cpu_ns()
    began = time.thread_time_ns()
    for event in events:
        start = time.perf_counter_ns()
        answer = handler(event, CONTEXT)
        times.append(time.perf_counter_ns() - start)
        if int(answer["statusCode"]) != side.status:
            raise AssertionError(answer)
    own = time.thread_time_ns() - began
    return _Batch(times, own + server.backends_cpu_ns() - backends)


def _quartiles(values: list[float]) -> tuple[float, float, float]:
    low, middle, high = statistics.quantiles(values, n=4)
    return low, middle, high


def _p99(values: list[int]) -> float:
    return sorted(values)[int(len(values) * 0.99)]
