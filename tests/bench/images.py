"""The built images under AWS's runtime client: from nothing to the first answer, and warm, against the handler here."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from services.local.catalog import read_catalog
from services.local.docker import Engine, NoEngine, find_engine
from services.local.lambda_runtime.runtime_api import RuntimeApi
from services.local.lambda_runtime.sandboxes import ContainerFunction, ProcessFunction, Start
from services.local.lambda_runtime.settings import FunctionSettings
from tests.bench.events import CONTEXT, Event, get_event, list_event
from tests.bench.server import Server
from tests.bench.stack import make_real_handler
from tests.support.functions import environment_of, first_event

__all__ = ["HEAD", "NotMeasured", "as_lines", "measure_images"]

WHO = "admin"
LEAST_ROUNDS = 5
BATCHES, CALLS = 30, 50
PARTS = ("container", "init", "first answer", "init + answer")
HEAD = f"  {'cold, ms: median, worst':40}" + "".join(f"{part:>20}" for part in PARTS)
_WARM_HEAD = f"  {'warm, us':40}{'p50':>20}{'p99':>20}{'p50 x in process':>20}"

Times = dict[str, dict[str, list[float]]]


class NotMeasured(Exception):
    """There is nothing here to measure with, and why."""


def measure_images(server: Server, rounds: int) -> dict[str, Any]:
    """Cold: service -> part -> median and worst in ms; warm: call -> place -> p50 and p99 in us.

    Raises NotMeasured where there is no Docker engine, or an image is missing.
    """
    engine = _find_engine()
    return {"cold": _measure_cold(engine, server, max(LEAST_ROUNDS, rounds)), "warm": _measure_warm(server, engine)}


def _find_engine() -> Engine:
    engine = find_engine(building=False)
    if isinstance(engine, NoEngine):
        raise NotMeasured(f"images need a Docker engine: {engine.reason}")
    missing = [service for service in read_catalog() if not engine.has_image(_image(service))]
    if missing:
        raise NotMeasured(f"`make images` first: there is no image of {', '.join(missing)}")
    return engine


def _image(service: str) -> str:
    return f"skep/{service}:latest"


def _in_image(engine: Engine, server: Server, service: str, *, processors: str = "") -> ContainerFunction:
    # Without the TLS that images ask for by themselves: in process there is none either.
    environment = environment_of(service, lambda role: server.url(role) + "?sslmode=disable")
    return ContainerFunction(_image(service), environment, client=str(engine.client), processors=processors)


def _measure_cold(engine: Engine, server: Server, rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """The services in turns. The container's start is Docker's work, on Lambda another machine's; the rest is ours."""
    seen: Times = {service: {part: [] for part in PARTS} for service in read_catalog()}
    for number in range(rounds + 1):
        for service, parts in seen.items():
            times = _start_once(service, _in_image(engine, server, service))
            if number:  # the first one reads the image's files from the disk
                for part, seconds in zip(PARTS, times, strict=True):
                    parts[part].append(seconds * 1000)
    return {
        service: {part: {"median": statistics.median(times), "worst": max(times)} for part, times in parts.items()}
        for service, parts in seen.items()
    }


def _start_once(service: str, start: Start) -> tuple[float, float, float, float]:
    """The seconds of each part of one start."""
    event = first_event(service, who=WHO)
    with RuntimeApi(start, FunctionSettings(f"skep-{service}")) as runtime:
        began = time.perf_counter()
        runtime.invoke(event)
        answer = time.perf_counter() - began
        assert runtime.sandbox is not None
        process_at = runtime.sandbox.find_started_at()
    init = runtime.ready_at - process_at
    return process_at - runtime.started_at, init, answer, init + answer


def _measure_warm(server: Server, engine: Engine) -> dict[str, dict[str, dict[str, float]]]:
    """The same calls in turns, in batches: to the handler, to a process of the runtime client, to the image."""
    record_id = str(server.sql("SELECT id FROM customers LIMIT 1")[0][0])
    events = {"GET": get_event(WHO, record_id), "page of 50": list_event(WHO, {"limit": "50"})}
    here = make_real_handler(server.url())
    process = ProcessFunction("services.customers.handler.handler", {"SKEP_DATABASE_URL": server.url()})
    image = _in_image(engine, server, "customers", processors="" if server.core is None else str(server.core))
    with ExitStack() as stack:
        places: dict[str, Callable[[Event], Any]] = {"in process": lambda event: here(event, CONTEXT)}
        for name, start in (("runtime client", process), ("runtime client in the image", image)):
            places[name] = stack.enter_context(RuntimeApi(start, FunctionSettings("skep-customers"))).invoke
        seen = _time_in_turns(events, places)
    return {
        kind: {place: {"p50": statistics.median(times), "p99": _p99(times)} for place, times in by_place.items()}
        for kind, by_place in seen.items()
    }


def _time_in_turns(events: dict[str, Event], places: dict[str, Callable[[Event], Any]]) -> Times:
    seen: Times = {kind: {place: [] for place in places} for kind in events}
    for batch in range(BATCHES + 1):
        for kind, event in events.items():
            for place, invoke in places.items():
                times = [_time_one(invoke, event) for _ in range(CALLS)]
                if batch:  # the first one warms up
                    seen[kind][place] += times
    return seen


def _time_one(invoke: Callable[[Event], Any], event: Event) -> float:
    began = time.perf_counter()
    answer = invoke(event)
    took = time.perf_counter() - began
    assert answer["statusCode"] == 200, answer
    return took * 1_000_000


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[-1]


def as_lines(found: dict[str, Any]) -> list[str]:
    """The table's lines below HEAD."""
    lines = []
    for service, parts in found["cold"].items():
        cells = [f"{parts[part]['median']:.0f}, {parts[part]['worst']:.0f}" for part in PARTS]
        lines.append(f"  {service:40}" + "".join(f"{cell:>20}" for cell in cells))
    lines += [_WARM_HEAD]
    for kind, places in found["warm"].items():
        for place, times in places.items():
            ratio = times["p50"] / places["in process"]["p50"]
            lines.append(f"  {f'{kind}, {place}':40}{times['p50']:20.0f}{times['p99']:20.0f}{ratio:20.2f}")
    return lines
