"""`python -m services.local.cloud up|down|status`: the whole platform as in AWS, on this machine, with Docker."""

from __future__ import annotations

import argparse
import re
import signal
import sys
from pathlib import Path

import psycopg2
from botocore.exceptions import BotoCoreError, ClientError

from jenkins.release.errors import ReleaseError
from services.local.cloud.emulator import EmulatorError
from services.local.cloud.place import CloudError, Place
from services.local.cloud.serve import serve
from services.local.cloud.up import Told, down, status, up
from services.local.docker import DockerError
from services.local.postgres.files import PostgresError
from services.migrations.errors import MigrationError
from services.shared.errors import SkepError

PORT = 4566

EXPECTED = (
    CloudError,
    DockerError,
    EmulatorError,
    MigrationError,
    PostgresError,
    ReleaseError,
    SkepError,
    psycopg2.Error,
)


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0, or 1 with a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m services.local.cloud", description=__doc__)
    parser.add_argument("command", choices=("up", "down", "status", "serve"))
    parser.add_argument("--name", default="skep", help="in the names of all that is made")
    parser.add_argument("--port", default=str(PORT), help="of the emulator; 0 takes a free one")
    parser.add_argument("--data", type=Path, default=Path(".skep"), help="the folder that cloud.json is written to")
    parser.add_argument("--client", default="docker", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        return _run(options)
    except KeyboardInterrupt:
        print("\nStopped. What is there already goes with `make cloud-down`.", file=sys.stderr)
    except EXPECTED as error:
        print(f"The cloud can't come up or go down: {error}", file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"The AWS emulator refuses what is asked of it: {error}", file=sys.stderr)
    except OSError as error:
        print(f"The cloud can't come up: {error.strerror or error} ({error.filename})", file=sys.stderr)
    return 1


def _run(options: argparse.Namespace) -> int:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", options.name):
        raise CloudError(f"the name is {options.name!r}; it must be up to 20 small letters, digits and hyphens")
    if not options.port.isdigit() or int(options.port) > 65535:
        raise CloudError(f"the port is {options.port!r}; it must be a number from 0 to 65535")
    place = Place(options.name, options.data)
    if options.command == "serve":
        return serve(place, options.client, int(options.port))
    if options.command == "up":
        _welcome(up(place, int(options.port)), place)
    elif options.command == "down":
        down(place)
        print(f"{place.name} is down; nothing of it is left.")
    else:
        print(status(place))
    return 0


def _welcome(told: Told, place: Place) -> None:
    admin = next(person for person in told["people"] if person["role"] == "admin")
    print(f"""
The cloud is at {told["url"]}
  a key       {told["key"]}
  sign in as  {admin["email"]:<24} {admin["password"]}  (admin)
  the others' passwords and keys: {place.told}; log: {place.log}

  curl -H 'x-api-key: {told["key"]}' '{told["url"]}/v1/customers?limit=3'

make cloud-down removes all of it.""")


if __name__ == "__main__":
    sys.exit(main())
