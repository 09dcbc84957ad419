"""`python -m tests.checks lint|secrets|changes|audit`, as make calls it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.checks.audit import SERVICES, audit
from tests.checks.changes import check_changes
from tests.checks.lint import lint
from tests.checks.running import CheckFailed
from tests.checks.secrets import REPORT, check_secrets


def main(arguments: list[str]) -> int:
    """The exit code: 0 when all is well, 1 for findings, 2 when nothing could be checked."""
    parser = argparse.ArgumentParser(prog="python -m tests.checks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("lint", help="format, style, types, imports").add_argument("code", nargs="+")
    secrets = commands.add_parser("secrets", help="passwords and keys")
    secrets.add_argument("files", nargs="*")
    secrets.add_argument("--report", type=Path, default=REPORT)
    commands.add_parser("changes", help="the lines that a branch changes").add_argument("--base", default="origin/main")
    commands.add_parser("audit", help="known holes").add_argument("--service", default="pypi", choices=SERVICES)
    options = parser.parse_args(arguments)
    try:
        match options.command:
            case "lint":
                return lint(options.code)
            case "secrets":
                return check_secrets(options.files, options.report)
            case "changes":
                return check_changes(options.base)
            case _:
                return audit(options.service)
    except CheckFailed as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
