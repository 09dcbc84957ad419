"""The import of 100,000 customers against COPY of the same rows into the same table, through the same triggers."""

from __future__ import annotations

import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2

from services.records.importing.engine import import_file
from services.records.importing.options import Options
from services.registry import TABLES
from services.shared.caller import Caller, Credential
from services.shared.database import Database
from services.shared.settings import Settings
from tests.bench.server import Server
from tests.support.world import key_of

__all__ = ["measure_importing"]

LINES = 100_000
PAIRS = 3
ROOT = Path(__file__).parents[2]
COLUMNS = ("company", "sector", "country", "email", "phone", "size", "revenue", "parent_id")
_COPY = f"COPY customers ({', '.join(COLUMNS)}, currency) FROM STDIN (FORMAT csv)"


class Run(NamedTuple):
    """One import or COPY. cpu_seconds: of our process and of the server; peak_mb: of our process."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def measure_importing(server: Server, lines: int = LINES, pairs: int = PAIRS) -> dict[str, dict[str, Any]]:
    """How fast lines go in, as a ratio to COPY, which the triggers take for the same principal, and the peak memory.

    COPY is the superuser's, since Postgres has none for a table with row-level security: it checks no policy.
    """
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder, "import.csv"), Path(folder, "copy.csv")
        _write(server, lines, ours, theirs)
        runs: list[tuple[Run, Run]] = []
        for number in range(pairs):
            order: list[Callable[[], Run]] = [lambda: _import(server, ours), lambda: _copy(server, theirs)]
            made = [_clean(server, one, lines) for one in (order if number % 2 else order[::-1])]
            runs.append((made[0], made[1]) if number % 2 else (made[1], made[0]))
    cpu = [copied.cpu_seconds / imported.cpu_seconds for imported, copied in runs]
    return {
        f"import of {lines:,} customers": {
            "cpu": round(statistics.median(cpu), 3),
            "cpu_range": [round(min(cpu), 3), round(max(cpu), 3)],
            "wall": round(statistics.median(copied.seconds / imported.seconds for imported, copied in runs), 3),
            "seconds": round(statistics.median(imported.seconds for imported, _ in runs), 1),
            "copy_seconds": round(statistics.median(copied.seconds for _, copied in runs), 1),
            "peak_mb": round(max(imported.peak_mb for imported, _ in runs)),
        }
    }


def _write(server: Server, lines: int, ours: Path, theirs: Path) -> None:
    sectors = [name for (name,) in server.sql("SELECT name FROM sectors ORDER BY 1")]
    countries = [name for (name,) in server.sql("SELECT name FROM countries ORDER BY 1")]
    parents = server.sql("SELECT id::text, company FROM customers ORDER BY id LIMIT 1000")

    def rows() -> Iterator[tuple[list[Any], tuple[str, str]]]:
        for n in range(lines):
            plain = [
                f"Aperture Vono {n}, Ltd",
                sectors[n % len(sectors)],
                countries[n % len(countries)],
                f"office{n}@vono.example",
                f"+1 555 {n:07}",
                n % 5000,
                f"{n % 90_000}.50",
            ]
            yield plain, parents[n % len(parents)]

    with ours.open("w", newline="", encoding="utf-8") as a, theirs.open("w", newline="", encoding="utf-8") as b:
        writer, copied = csv.writer(a), csv.writer(b)
        writer.writerow(COLUMNS)
        for plain, (record_id, name) in rows():
            writer.writerow([*plain, name])
            copied.writerow([*plain, record_id, "USD"])


def _clean(server: Server, work: Callable[[], Run], lines: int) -> Run:
    """Does the work, counts what the server has worked for it, and takes its records out again."""
    before = server.cpu_seconds()
    done = work()
    done = done._replace(cpu_seconds=done.cpu_seconds + server.cpu_seconds() - before)
    count = server.sql("SELECT count(*) FROM customers WHERE company LIKE 'Aperture Vono %'")[0][0]
    assert count == lines, count
    server.sql("SET session_replication_role = replica")
    server.sql("DELETE FROM customers WHERE company LIKE 'Aperture Vono %'")
    server.sql("DELETE FROM skep.change_log")
    server.sql("SET session_replication_role = origin")
    server.sql("VACUUM ANALYZE customers, skep.change_log")
    server.sql("CHECKPOINT")
    return done


def _copy(server: Server, file: Path) -> Run:
    connection = psycopg2.connect(server.url("postgres"))
    credential = Credential.from_secret("client", key_of("admin"))
    with connection, connection.cursor() as cursor, file.open("rb") as content:
        began, worked = time.perf_counter(), time.process_time()
        cursor.execute("SELECT skep.act_as(%s, %s, NULL, 'import')", (credential.kind, credential.value))
        cursor.copy_expert(_COPY, content)
        connection.commit()
        done = Run(time.perf_counter() - began, time.process_time() - worked, 0)
    connection.close()
    return done


def _import(server: Server, file: Path) -> Run:
    """In a process of its own, as a worker does it: so its memory is known."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.importing", server.url(), str(file)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    return Run(*json.loads(done.stdout))


def _child(url: str, file: str) -> None:
    caller = Caller(Database(url), Credential.from_secret("client", key_of("admin")), "import")
    began, worked = time.perf_counter(), time.process_time()
    with open(file, "rb") as content:
        report = import_file(
            caller,
            TABLES,
            TABLES["customers"],
            content,
            options=Options(),
            settings=Settings(database_url=url),
            apply=True,
        )
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - worked
    assert report.change_set, report.refused[:5]
    print(json.dumps([seconds, cpu_seconds, _peak_mb()]))


def _peak_mb() -> float:
    """The most memory that this process has had. getrusage would have that of whoever started it, too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    _child(*sys.argv[1:])
