"""`make test`, `python -m tests`: every suite, cheapest first, with branch coverage. With arguments, pytest with them.

SKEP_TEST_POSTGRES=container|embedded runs the integration suite alone, on that kind of Postgres.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.measuring import BUILD, Result, judge_coverage, pytest, run_suite
from tests.suites import list_left_out, list_suites
from tests.support.postgres import WrongKind, tell_postgres


def main(arguments: list[str]) -> int:
    """The exit code: 0 when all that can run here has run and passed."""
    if arguments:
        return pytest(*arguments)
    try:
        print(f"Postgres: {tell_postgres()}")
    except WrongKind as error:
        print(error, file=sys.stderr)
        return 2
    started = time.monotonic()
    asked = os.environ.get("SKEP_TEST_POSTGRES", "")
    suites = [suite for suite in list_suites() if not asked or suite.name == "integration"]
    reports = BUILD / (f"junit-{asked}" if asked else "junit")
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="skep-tests-") as scratch:
        results = [run_suite(suite, Path(scratch), reports) for suite in suites]
        passed = bool(results) and all(result.passed for result in results)
        if not asked:
            passed = judge_coverage(Path(scratch)) and passed
    _summarize(results, asked)
    print(f"\n{'PASSED' if passed else 'FAILED'} in {time.monotonic() - started:.0f} s")
    return 0 if passed else 1


def _summarize(results: list[Result], asked: str) -> None:
    """Says what ran and, as plainly, what did not and why."""
    print("\nSuites")
    for result in results:
        print(f"  {result.suite:<13} {result.seconds:4.0f} s  {result}")
    if not results:
        print("  none: that is a failure")
    print(f"Postgres\n  {tell_postgres()}")
    print("Left out")
    for result in results:
        for reason, count in sorted(result.skipped.items()):
            print(f"  {result.suite}: {count} {'test' if count == 1 else 'tests'}: {reason}")
    for line in list_left_out(asked=asked):
        print(f"  {line}")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nStopped.")
        sys.exit(130)
