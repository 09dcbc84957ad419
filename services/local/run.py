"""`make run`: the whole platform on one machine. Postgres, migrations, demo data, forms and API at one URL."""

from __future__ import annotations

import argparse
import json
import math
import os
import secrets
import signal
import socket
import sys
import threading
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg2

from services.automations.tasks import TASKS
from services.automations.tools import make_tools
from services.forms.assets import write_assets
from services.local.api_gateway.files import FileStore
from services.local.api_gateway.gateway import Gateway
from services.local.api_gateway.proxy_event import LOCAL_REGION
from services.local.catalog import read_routes, web_services
from services.local.demo import make_demo
from services.local.people import Demo
from services.local.postgres.embedded import EmbeddedPostgres, PostgresError
from services.local.postgres.outside import OutsidePostgres
from services.local.progress import step
from services.local.worker import Worker
from services.migrations.bootstrap import bootstrap
from services.migrations.errors import MigrationError
from services.migrations.runner import upgrade
from services.shared.database import Database
from services.shared.errors import SkepError
from services.shared.settings import Settings

HOST = "127.0.0.1"
DATABASE = "skep"
ROLES = ("skep_owner", "skep_app", "skep_job")


class CannotRun(Exception):
    """What keeps the platform from running, and what to do about it."""


def main(arguments: list[str] | None = None) -> int:
    """Runs until Ctrl-C. Exit code 0, or 1 with a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--port", default="8080", help="of the one URL; 0 takes a free one")
    parser.add_argument("--data", type=Path, default=Path(".skep"), help="the folder that holds the database")
    parser.add_argument("--host", default=HOST, help="to listen at; 0.0.0.0 in a container that publishes the port")
    parser.add_argument("--database", help="the URL of a superuser of another Postgres than the embedded one")
    parser.add_argument("--stage", help="answer below /<stage>, as API Gateway's own address does")
    options = parser.parse_args(arguments)
    # All end the same way, Ctrl-C also where a shell started this in the background and had SIGINT ignored.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        if not options.port.isdigit() or int(options.port) > 65535:
            raise CannotRun(f"PORT is {options.port!r}; it must be a number from 0 to 65535: make run PORT=8080")
        _run(_find_port(options.host, int(options.port)), options)
    except KeyboardInterrupt:
        print("\nStopped.")
    except (CannotRun, PostgresError, MigrationError, SkepError, psycopg2.Error) as error:
        print(f"Skep can't run: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Skep can't run: {error.strerror or error} ({error.filename or options.data})", file=sys.stderr)
        return 1
    return 0


def _run(port: int, options: argparse.Namespace) -> None:
    data: Path = options.data
    stage: str | None = options.stage
    data.mkdir(parents=True, exist_ok=True)
    with step("Postgres"):
        postgres = OutsidePostgres(options.database, data) if options.database else EmbeddedPostgres(data)
        postgres.start()
    try:
        app_url = postgres.url("skep_app", DATABASE)
        owner_url = postgres.url("skep_owner", DATABASE)
        with step("Migrations"):
            bootstrap(postgres.url(), DATABASE, {role: postgres.password(role) for role in ROLES})
            upgrade(owner_url, report=lambda _: None)
        files = FileStore(data / "files", f"/{stage}/files" if stage else "/files", os.environ)
        settings = _set_environment(app_url, f"http://{HOST}:{port}{files.path}")
        with step("Maintenance"):
            tools = make_tools(settings, Database(postgres.url("skep_job", DATABASE)))
            TASKS["maintain"](tools, lambda: math.inf)
        with step("Demo data"):
            demo = make_demo(owner_url, app_url, _read_json(data / "run.json"))
        with step("Assets"):
            assets = data / "assets"
            write_assets(assets)
        with step("Services"):
            gateway = _gateway(stage, assets, files)
        _start(gateway, options.host, port)
        _serve(gateway, data, app_url, demo, worker=Worker(tools))
    finally:
        postgres.stop()


def _find_port(host: str, port: int) -> int:
    """The port to answer at: the services are told before they start, and a taken one ends this at once."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            raise _taken(port, error) from error
        found: int = tried.getsockname()[1]
    return found


def _taken(port: int, error: OSError) -> CannotRun:
    return CannotRun(
        f"port {port} is taken, or not allowed ({error.strerror}). Take another: make run PORT={port % 65535 + 1}"
    )


def _set_environment(app_url: str, files_url: str) -> Settings:
    """The settings, by the environment that a handler reads when it is imported, as on Lambda.

    Who signs requests for files is made up anew at each start: nobody's own AWS credentials are used here.
    """
    os.environ.pop("AWS_SESSION_TOKEN", None)
    os.environ |= {
        "SKEP_DATABASE_URL": app_url,
        "SKEP_FILES_BUCKET": "skep",
        "SKEP_FILES_ENDPOINT": files_url,
        "AWS_REGION": LOCAL_REGION,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": secrets.token_hex(32),
    }
    return Settings.from_environment(os.environ)


def _gateway(stage: str | None, assets: Path, files: FileStore) -> Gateway:
    handlers = {name: import_module(f"services.{name}.handler").handler for name in web_services()}
    return Gateway(read_routes(), handlers, stage=stage, assets=assets, files=files)


def _start(gateway: Gateway, host: str, port: int) -> None:
    try:
        gateway.start(host, port)
    except OSError as error:
        raise _taken(port, error) from error


def _serve(gateway: Gateway, data: Path, app_url: str, demo: Demo, *, worker: Worker) -> None:
    try:
        url = gateway.url.replace("//0.0.0.0:", f"//{HOST}:")  # where it listens is not where to go
        run = {"url": url, "database_url": app_url, "clients": demo.clients, "people": demo.people}
        _write_json(data / "run.json", run)
        _welcome(url, data, demo)
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
