"""`make test-terraform`: all that is proved of terraform/, each test with its time; `--write`: the inventories anew."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.terraform.commands import find_terraform
from tests.terraform.inventory import INVENTORIES, JOBS, render_inventory, write_inputs
from tests.terraform.offline_provider.mirror import find_providers
from tests.terraform.places import BUILD, ROOT
from tests.terraform.workshop import Workshop

REPORT = BUILD / "junit-terraform" / "terraform.xml"


def main(arguments: list[str]) -> int:
    """The exit code: 0 when all has run and passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.terraform", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write tests/terraform/inventories/ anew")
    if parser.parse_args(arguments).write:
        return _write()
    started = time.monotonic()
    if find_terraform() is None:
        print("Without terraform on the PATH only what needs no terraform can run; the rest is left out, and named.")
    code = pytest.main(
        [
            "--verbose",
            "--no-header",
            "-p",
            "no:randomly",
            f"--rootdir={ROOT}",
            f"--junit-xml={REPORT}",
            "tests/terraform",
        ]
    )
    print(f"{'PASSED' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s")
    return int(code)


def _write() -> int:
    if find_terraform() is None:
        print("terraform is not on the PATH.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="skep-terraform-") as scratch:
        workshop = Workshop(Path(scratch), find_providers(), write_inputs)
        bad = 0
        for job in JOBS.values():
            workshop.start(job)
        for environment, job in JOBS.items():
            done = workshop.done(job)
            said = done.broken or "\n".join(run.said for run in done.runs if run.status != "pass")
            if said:
                print(f"{environment}: {said}", file=sys.stderr)
                bad += 1
                continue
            INVENTORIES.mkdir(exist_ok=True)
            (INVENTORIES / f"{environment}.txt").write_text(render_inventory(environment, done.runs), encoding="utf-8")
            print(f"{environment}: written in {done.seconds:.0f} s")
        workshop.close()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
