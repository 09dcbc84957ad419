"""`python -m tests.bench`: measures everything and prints it; --json FILE also keeps it for machines."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import report
from tests.bench.cloud import measure_cloud
from tests.bench.cold import measure_cold
from tests.bench.data import load, prewarm, remove_posts
from tests.bench.depth import measure_depth
from tests.bench.images import NotMeasured, measure_images
from tests.bench.importing import measure_importing
from tests.bench.roles import measure_roles
from tests.bench.server import Server, run_server
from tests.bench.warm import measure_fair, measure_steps, quiet_log
from tests.bench.wire import count_round_trips

__all__ = ["main"]

ROWS = 1_000_000


def main() -> None:
    """Runs the parts that were asked for, all when none was named."""
    options = _options()
    with run_server(options.data) as server:
        load(server, options.rows, _progress)
        remove_posts(server)  # of a run that was cut short
        prewarm(server)
        if options.core >= 0:
            server.pin(options.core)
        results: dict[str, Any] = {"machine": _machine(server, options.rows)}
        for name, measure in _parts(server, options).items():
            if options.parts and name not in options.parts:
                continue
            _progress(name)
            try:
                with quiet_log():
                    found = measure()
            except NotMeasured as reason:
                _progress(f"{name} left out: {reason}")
                continue
            remove_posts(server)
            results[name] = found
            table = report.as_text(name, found)
            print(table, flush=True)
            if options.page:
                page = report.put_into(options.page.read_text(encoding="utf-8"), name, table)
                options.page.write_text(page, encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps(report.as_json(results), indent=1) + "\n", encoding="utf-8")


def _parts(server: Server, options: argparse.Namespace) -> dict[str, Callable[[], Any]]:
    pairs, deep = options.pairs, options.rows * 9 // 10
    return {
        "cold": lambda: measure_cold(server, pairs),
        "round trips": lambda: count_round_trips(server),
        "depth": lambda: measure_depth(server, deep, pairs),
        "roles": lambda: measure_roles(server, max(3, pairs // 4)),
        "warm": lambda: measure_steps(server, "admin", pairs),
        "fair": lambda: measure_fair(server, pairs),
        "import": lambda: measure_importing(server),
        "images": lambda: measure_images(server, pairs // 4),
        "cloud": lambda: measure_cloud(pairs),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parts = "cold, warm, fair, import, images, cloud, depth, roles or 'round trips'"
    parser.add_argument("parts", nargs="*", metavar="PART", help=parts)
    parser.add_argument("--rows", type=int, default=ROWS, help="customers (1,000,000)")
    parser.add_argument("--pairs", type=int, default=40, help="pairs of batches for each figure (40)")
    parser.add_argument("--core", type=int, default=1 if (os.cpu_count() or 1) > 1 else 0, help="-1: pin nothing")
    parser.add_argument("--data", type=Path, help="a directory that keeps the loaded database for the next run")
    parser.add_argument("--page", type=Path, help="a page with marks that the tables are put between")
    parser.add_argument("--json", type=Path, help="a file for the results")
    return parser.parse_args()


def _machine(server: Server, rows: int) -> dict[str, Any]:
    version = server.sql("SHOW server_version")[0][0]
    return {
        "python": platform.python_version(),
        "postgres": version,
        "cores": os.cpu_count(),
        "pinned": server.core is not None,
        "rows": rows,
    }


def _progress(sentence: str) -> None:
    print(f"… {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
