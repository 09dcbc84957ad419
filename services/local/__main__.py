"""`python -m services.local COMMAND`: what is done by hand on a running platform."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from services.local import import_command

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Runs a command and gives its exit code: 0 done, 1 refused, 2 asked for wrongly."""
    parser = argparse.ArgumentParser(prog="python -m services.local", allow_abbrev=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    import_command.add_to(commands)
    given = parser.parse_args(arguments)
    code: int = given.run(given)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
