"""The provider's process: `python -m tests.terraform.offline_provider aws|random [shared]`.

Terraform starts it, and several times a command; `shared` is one process for many commands, which running.py starts.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from tests.terraform.offline_provider.server import Method, NotATerminal, serve, serve_all


def main(arguments: list[str]) -> int:
    """The exit code, once nobody needs it any more."""
    name, *rest = arguments or [""]
    if name not in {"aws", "random"} or rest not in ([], ["shared"]):
        sys.stderr.write("python -m tests.terraform.offline_provider aws|random [shared]\n")
        return 2
    try:
        if rest:
            serve_all(_methods(name, shared=True))
        else:
            serve(_methods(name, shared=False))
    except NotATerminal as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _methods(name: str, *, shared: bool) -> Mapping[str, Method]:
    # Each imports what the other has no use for, and Terraform waits for it.
    if name == "random":
        from tests.terraform.offline_provider.random_provider import random_methods

        return random_methods()
    from tests.terraform.offline_provider.aws_provider import AwsProvider

    return AwsProvider(shared=shared).methods()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
