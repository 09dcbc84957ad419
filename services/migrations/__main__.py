"""`python -m services.migrations bootstrap|upgrade|status|render`: the migrations in a terminal.

Exit codes: 0 done, 1 failed, 2 wrongly called, 3 stopped at the deadline with migrations left.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from services.migrations.access import SECRET_NAME, owner_url
from services.migrations.commands import prepare
from services.migrations.errors import MigrationError, MissingSettings
from services.migrations.files import VERSIONS
from services.migrations.render import SCHEMA_FILE, render
from services.migrations.runner import Status, get_status, upgrade
from services.migrations.session import URL_NAME
from services.shared.task_credentials import keep_task_credentials

FAILED, MISUSED, UNFINISHED = 1, 2, 3


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs one command and gives the exit code."""
    given = _parser().parse_args(arguments)
    if not environment.get(URL_NAME):
        print(
            f"{URL_NAME} is not set. It is the libpq URL of the role skep_owner: "
            "postgresql://skep_owner:…@host:5432/skep",
            file=sys.stderr,
        )
        return MISUSED
    try:
        return _run(given, environment)
    except MissingSettings as error:
        print(error, file=sys.stderr)
        return MISUSED
    except MigrationError as error:
        print(error, file=sys.stderr)
        return FAILED


def _run(given: argparse.Namespace, environment: Mapping[str, str]) -> int:
    if given.command == "bootstrap":
        print(prepare(environment))
        return 0
    url = owner_url(environment)
    if given.command == "render":
        given.output.write_text(render(url), encoding="utf-8")
        return 0
    if given.command == "status":
        _print_status(get_status(url, folder=given.folder))
        return 0
    status = upgrade(url, folder=given.folder, deadline_seconds=given.deadline_seconds)
    if status.pending:
        print(f"Left: {', '.join(status.pending)}", file=sys.stderr)
        return UNFINISHED
    print(f"The schema is at {status.head}.")
    return 0


def _print_status(status: Status) -> None:
    for name in status.applied:
        print(f"applied  {name}")
    for name in status.pending:
        print(f"pending  {name}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.migrations")
    parser.add_argument("--folder", type=Path, default=VERSIONS, help="where the SQL files are")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("bootstrap", help=f"make database and roles as the master, whose secret {SECRET_NAME} names")
    up = commands.add_parser("upgrade", help="apply the pending migrations")
    up.add_argument("--deadline-seconds", type=float, help="stop by itself after this time")
    commands.add_parser("status", help="say which migrations are applied and which are pending")
    render_parser = commands.add_parser("render", help="write the schema as it is into a file")
    render_parser.add_argument("--output", type=Path, default=SCHEMA_FILE)
    return parser


if __name__ == "__main__":
    keep_task_credentials(os.environ)
    sys.exit(main(sys.argv[1:], os.environ))
