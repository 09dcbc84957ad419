"""`python -m jenkins.release COMMAND`: what the pipeline does with a release, each step a command of its own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from jenkins.release.aws import connect, open_signer
from jenkins.release.build_record import build_record, publish
from jenkins.release.deploy import deploy
from jenkins.release.drift import find_drift
from jenkins.release.errors import ReleaseError
from jenkins.release.planning import make_plan
from jenkins.release.push import push, read_json, sign
from jenkins.release.settings import ROOT, Settings, read_settings
from jenkins.release.smoke import smoke
from jenkins.release.store import Releases
from services.migrations.errors import MigrationError

Command = Callable[[Settings, argparse.Namespace], int]


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0, 1 with a sentence on standard error; of drift also 2."""
    options = _parse(arguments)
    try:
        return COMMANDS[options.command](read_settings(options.build), options)
    except (ReleaseError, MigrationError) as error:
        print(f"{options.command}: {error}", file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"{options.command}: AWS refuses what is asked of it: {error}", file=sys.stderr)
    except OSError as error:
        print(f"{options.command}: {error}", file=sys.stderr)
    return 1


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m jenkins.release", description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="where results are and go")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, help_ in (
        ("push", "push the images by digest"),
        ("sign", "sign every image's digest"),
        ("build-record", "write, sign and upload the release record"),
    ):
        commands.add_parser(name, help=help_)
    plan = commands.add_parser("plan", help="save a plan of a release for an environment")
    plan.add_argument("--release", default="", help="its name; this build's, if none is named")
    plan.add_argument(
        "--allow-destroy", action="append", default=[], metavar="ADDRESS", help="what may be lost for good"
    )
    deployed = commands.add_parser("deploy", help="apply the saved plan, migrate, let callers have it")
    deployed.add_argument("--prepare", action="store_true", help="make the database ready: an environment's first time")
    drift = commands.add_parser("drift", help="0: the environment is as released; 2: it isn't; 1: nobody knows")
    for one in (plan, deployed, drift):
        one.add_argument("--environment", required=True)
    asked = commands.add_parser("smoke", help="ask an environment as a caller does")
    where = asked.add_mutually_exclusive_group(required=True)
    where.add_argument("--url")
    where.add_argument("--environment", help="where it was deployed by this checkout")
    return parser.parse_args(arguments)


def _push(settings: Settings, _: argparse.Namespace) -> int:
    push(settings)
    return 0


def _sign(settings: Settings, _: argparse.Namespace) -> int:
    sign(settings, open_signer(settings))
    return 0


def _build_record(settings: Settings, _: argparse.Namespace) -> int:
    wanted = settings.is_for_release or settings.get("SKEP_RELEASES_BUCKET")
    releases, signer = _open_releases(settings) if wanted else None, open_signer(settings)
    record = publish(settings, build_record(settings, signer, releases), signer, releases)
    print(f"{record.name} of {record.revision[:12]}, {len(record.images)} images, sha256 {record.sha256}")
    print(
        "It is a release."
        if releases
        else "It is a file: SKEP_RELEASES_BUCKET names no bucket, so there is no release."
    )
    return 0


def _plan(settings: Settings, options: argparse.Namespace) -> int:
    key = open_signer(settings).public_key()
    record = _open_releases(settings).get(options.release or settings.release, key)
    make_plan(settings, options.environment, record, options.allow_destroy)
    return 0


def _deploy(settings: Settings, options: argparse.Namespace) -> int:
    key = open_signer(settings).public_key()
    deploy(settings, options.environment, _open_releases(settings), key, prepare=options.prepare)
    return 0


def _drift(settings: Settings, options: argparse.Namespace) -> int:
    return find_drift(settings, options.environment, _open_releases(settings), open_signer(settings).public_key())


def _smoke(settings: Settings, options: argparse.Namespace) -> int:
    if options.url:
        smoke(settings, options.url.rstrip("/"))
        return 0
    told = read_json(settings.releases / f"deployed-{options.environment}.json", "make deploy")
    smoke(settings, told["url"], told["release"])
    return 0


def _open_releases(settings: Settings) -> Releases:
    return Releases(connect(settings, "s3"), settings.need("SKEP_RELEASES_BUCKET"))


COMMANDS: dict[str, Command] = {
    "push": _push,
    "sign": _sign,
    "build-record": _build_record,
    "plan": _plan,
    "deploy": _deploy,
    "drift": _drift,
    "smoke": _smoke,
}

if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        sys.exit(130)
