"""Cold starts: a fresh process that imports the handler, and serves its first GET, against importing the libraries."""

from __future__ import annotations

import compileall
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench.events import get_event
from tests.bench.server import Server

__all__ = ["ROUNDS", "measure_cold"]

ROOT = Path(__file__).parents[2]
ROUNDS = 25
_LIBRARIES = "import flask, psycopg2, marshmallow, awsgi"
_OURS = "from services.customers.handler import handler"
_FIRST_GET = """
import json, os
answer = handler(json.loads(os.environ["BENCH_EVENT"]), None)
assert answer["statusCode"] == 200, answer
"""
_BARE = """
import json, os, re, psycopg2, psycopg2.extensions
connection = psycopg2.connect(os.environ["SKEP_DATABASE_URL"])
connection.autocommit = True
cursor = connection.cursor()
cursor.execute("SELECT 1")
json.dumps(cursor.fetchall())
"""
_PROGRAMS = {
    "nothing": "pass",
    "the four libraries": _LIBRARIES,
    "our handler": _OURS,
    "our handler and its first GET": _OURS + _FIRST_GET,
    "psycopg2, a connection and a statement": _BARE,
}
# What is imported from source and has no bytecode beside it would be compiled at each cold start.
_UNCOMPILED = """
import sys, pathlib
from importlib.machinery import SourceFileLoader
for module in list(sys.modules.values()):
    spec = getattr(module, "__spec__", None)
    if spec and isinstance(spec.loader, SourceFileLoader) and not pathlib.Path(spec.cached).exists():
        print(spec.origin)
"""
# What a child prints of its own main part: wall and CPU seconds, without the start of the interpreter.
_TIMED = """
import time
_w, _c = time.perf_counter(), time.process_time()
{}
print(time.perf_counter() - _w, time.process_time() - _c, file=__import__("sys").stderr)
"""


def measure_cold(server: Server, rounds: int = ROUNDS) -> dict[str, dict[str, Any]]:
    """Program -> medians in ms and ratios to importing the four libraries, measured in turns."""
    compileall.compile_dir(ROOT / "services", quiet=1, workers=1)
    record_id = server.sql("SELECT id FROM customers LIMIT 1")[0][0]
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "SKEP_", "COVERAGE"))},
        "SKEP_DATABASE_URL": server.url(),
        "BENCH_EVENT": json.dumps(get_event("admin", str(record_id))),
    }
    _refuse_uncompiled(environment)
    for program in _PROGRAMS.values():
        _run(program, environment)
    seen: dict[str, list[tuple[float, float, float]]] = {name: [] for name in _PROGRAMS}
    for _ in range(rounds):
        for name, program in _PROGRAMS.items():
            seen[name].append(_run(program, environment))
    return {name: _summary(times, seen["the four libraries"]) for name, times in seen.items()}


def _run(program: str, environment: dict[str, str]) -> tuple[float, float, float]:
    """Wall seconds of the whole process, wall and CPU seconds of the program alone."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _TIMED.format(program)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )
    whole = time.perf_counter() - began
    if done.returncode:
        raise AssertionError(done.stderr)
    wall, cpu = done.stderr.split()[-2:]
    return whole, float(wall), float(cpu)


def _refuse_uncompiled(environment: dict[str, str]) -> None:
    program = _OURS + "\n" + _LIBRARIES + _UNCOMPILED
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, env=environment, check=True
    )
    if done.stdout:
        raise AssertionError(f"without bytecode: {done.stdout}")


def _summary(times: list[tuple[float, float, float]], floor: list[tuple[float, float, float]]) -> dict[str, Any]:
    summary: dict[str, Any] = {}
    for number, name in enumerate(("process", "wall", "cpu")):
        ratios = [one[number] / other[number] for one, other in zip(times, floor, strict=True)]
        summary[f"{name}_ms"] = round(statistics.median(t[number] for t in times) * 1000, 1)
        low, middle, high = statistics.quantiles(ratios, n=4)
        summary[name], summary[f"{name}_quartiles"] = round(middle, 3), [round(low, 3), round(high, 3)]
    return summary
