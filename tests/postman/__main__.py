"""`python -m tests.postman`: the Postman collection against a platform of its own, or against a URL.

With --write it writes the collection and the environments again, after a change of the API.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.postman.collection import ENVIRONMENTS, render_all
from tests.postman.newman import Run, run_newman
from tests.support.node import Lacking
from tests.support.platform import PlatformFailed, run_platform


def main(arguments: list[str] | None = None) -> int:
    """Newman's exit code: 0 when every assertion held, and the reports say so."""
    parser = argparse.ArgumentParser(prog="python -m tests.postman", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the collection and the environments, and stop")
    parser.add_argument("--url", help="of a deployment, with its stage; without it a platform is started here")
    parser.add_argument("--key-file", type=Path, help="the file that holds the key of an admin's client, and only that")
    parser.add_argument("--environment", choices=ENVIRONMENTS, help="what this URL is; without it only smoke runs")
    parser.add_argument("--folder", help="of the collection; without it all of them")
    parser.add_argument("--release", default="", help="the release that /v1/version must name")
    options = parser.parse_args(arguments)
    if options.write:
        for path, text in render_all().items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return 0
    if not options.url:
        return _run_here(options)
    if not options.key_file:
        parser.error("--url needs --key-file")
    if options.folder != "smoke" and ENVIRONMENTS.get(options.environment or "", {}).get("writes") != "allowed":
        parser.error("this writes records: name an --environment that allows it, or --folder smoke")
    return run_newman(_plan(options, options.url, options.key_file.read_text(encoding="utf-8").strip()))


def _run_here(options: argparse.Namespace) -> int:
    options.environment = "local"
    with tempfile.TemporaryDirectory(prefix="skep-postman-") as folder, run_platform(Path(folder)) as told:
        key = next(client["key"] for client in told["clients"] if client["role"] == "admin")
        return run_newman(_plan(options, told["url"], key))


def _plan(options: argparse.Namespace, url: str, key: str) -> Run:
    variables = {"base_url": url.rstrip("/"), "release": options.release}
    return Run(key, variables, options.environment, options.folder)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Lacking, PlatformFailed) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nStopped.")
        sys.exit(130)
