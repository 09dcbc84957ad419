"""`make run`: the whole platform on one machine. Postgres, migrations, demo data, forms and API at one URL."""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg2

from services.automations.tasks import TASKS
from services.forms.assets import write_assets
from services.local.catalog import read_routes, web_services
from services.local.demo import make_demo_records
from services.local.gateway import Gateway
from services.local.people import Demo, find_demo, make_demo_people
from services.local.postgres import EmbeddedPostgres, PostgresError
from services.local.worker import Worker
from services.migrations.bootstrap import bootstrap
from services.migrations.errors import MigrationError
from services.migrations.runner import upgrade
from services.shared.caller import Caller, Credential
from services.shared.database import Database
from services.shared.errors import SkepError
from services.shared.settings import Settings

DATABASE = "skep"
ROLES = ("skep_owner", "skep_app", "skep_job")


class CannotRun(Exception):
    """What keeps the platform from running, and what to do about it."""


def main(arguments: list[str] | None = None) -> int:
    """Runs until Ctrl-C. Exit code 0, or 1 with a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--port", default="8080", help="of the one URL; 0 takes a free one")
    parser.add_argument("--data", type=Path, default=Path(".skep"), help="the folder that holds the database")
    parser.add_argument("--stage", help="answer below /<stage>, as API Gateway's own address does")
    options = parser.parse_args(arguments)
    # All end the same way, Ctrl-C also where a shell started this in the background and had SIGINT ignored.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        if not options.port.isdigit() or int(options.port) > 65535:
            raise CannotRun(f"PORT is {options.port!r}; it must be a number from 0 to 65535: make run PORT=8080")
        _run(int(options.port), options.data, options.stage)
    except KeyboardInterrupt:
        print("\nStopped.")
    except (CannotRun, PostgresError, MigrationError, SkepError, psycopg2.Error) as error:
        print(f"Skep can't run: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Skep can't run: {error.strerror or error} ({error.filename or options.data})", file=sys.stderr)
        return 1
    return 0


def _run(port: int, data: Path, stage: str | None) -> None:
    data.mkdir(parents=True, exist_ok=True)
    with step("Postgres"):
        postgres = EmbeddedPostgres(data)
        postgres.start()
    try:
        app_url = postgres.url("skep_app", DATABASE)
        owner_url = postgres.url("skep_owner", DATABASE)
        with step("Migrations"):
            bootstrap(postgres.url(), DATABASE, {role: postgres.password(role) for role in ROLES})
            upgrade(owner_url, report=lambda _: None)
        with step("Maintenance"):
            work = Database(postgres.url("skep_job", DATABASE))
            TASKS["maintain"](work, lambda: math.inf)
        with step("Demo data"):
            demo = _demo(owner_url, app_url, _read_json(data / "run.json"))
        with step("Assets"):
            assets = data / "assets"
            write_assets(assets)
        with step("Services"):
            gateway = _gateway(app_url, assets, stage)
        _serve(gateway, port, data, app_url, demo, worker=Worker(work))
    finally:
        postgres.stop()


@contextmanager
def step(name: str) -> Iterator[None]:
    """Prints a progress line: what is done, and how long it took."""
    print(f"  {name:<12}", end="", flush=True)
    started = time.perf_counter()
    try:
        yield
    except BaseException:
        print(" failed")
        raise
    print(f" {time.perf_counter() - started:5.1f} s", flush=True)


def _demo(owner_url: str, app_url: str, kept: dict[str, Any]) -> Demo:
    owner, database = Database(owner_url), Database(app_url)
    demo = find_demo(owner, kept) or make_demo_people(owner)
    caller = Caller(database, Credential.from_secret("client", demo.admin_key), "import")
    if not caller.run("SELECT 1 FROM customers_all LIMIT 1"):
        make_demo_records(caller, Settings(database_url=app_url), demo.owners, datetime.now(UTC).date())
    owner.close()
    database.close()
    return demo


def _gateway(app_url: str, assets: Path, stage: str | None) -> Gateway:
    os.environ["SKEP_DATABASE_URL"] = app_url  # a handler reads it when it is imported, as on Lambda
    handlers = {name: import_module(f"services.{name}.handler").handler for name in web_services()}
    return Gateway(read_routes(), handlers, stage=stage, assets=assets)


def _serve(gateway: Gateway, port: int, data: Path, app_url: str, demo: Demo, *, worker: Worker) -> None:
    try:
        gateway.start(port=port)
    except OSError as error:
        raise CannotRun(
            f"port {port} is taken, or not allowed ({error.strerror}). Take another: make run PORT={port % 65535 + 1}"
        ) from error
    try:
        run = {"url": gateway.url, "database_url": app_url, "clients": demo.clients, "people": demo.people}
        _write_json(data / "run.json", run)
        _welcome(gateway.url, data, demo)
        # The services log to standard output, as on Lambda; here to a file, so that the URL stays in sight.
        with (data / "requests.log").open("a", encoding="utf-8", buffering=1) as log, redirect_stdout(log), worker:
            threading.Event().wait()
    finally:
        gateway.stop()


def _welcome(url: str, data: Path, demo: Demo) -> None:
    admin = next(person for person in demo.people if person["role"] == "admin")
    seller = next(person for person in demo.people if person["role"] == "sales")
    print(f"""
Skep is at {url}
  sign in as  {admin["email"]:<24} {admin["password"]}  (admin)
              {seller["email"]:<24} {seller["password"]}  (sales)
  everyone's password and key: {data / "run.json"}; log: {data / "requests.log"}
Ctrl-C stops it.""")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}  # none yet, or cut short: a new one is written
    return kept if isinstance(kept, dict) else {}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes the file whole or not at all; only its owner reads it, since it has passwords and keys."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main())
