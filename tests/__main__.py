"""`make test`, `python -m tests`: every suite, cheapest first, with branch coverage. With arguments, pytest with them.

--part unit|integration runs the suites of a part alone, so that a pipeline can run parts side by side; --coverage then
judges what they covered together. SKEP_TEST_POSTGRES=container|embedded runs integration alone, on that Postgres.
"""

from __future__ import annotations

import os
import shutil
import sys
import time

from tests.measuring import BUILD, DATA, Result, judge_coverage, pytest, run_suite
from tests.suites import Suite, list_left_out, list_suites
from tests.support.postgres import WrongKind, tell_postgres


def main(arguments: list[str]) -> int:
    """The exit code: 0 when all that can run here has run and passed."""
    suites = list_suites()
    match arguments:
        case ["--coverage"]:
            # What proves Terraform runs apart from the other tests, with a Python that nothing measures.
            return 0 if judge_coverage(suite for suite in suites if suite.part != "terraform") else 1
        case ["--part", part]:
            return _run([suite for suite in suites if suite.part == part], part)
        case []:
            return _run_all(suites, os.environ.get("SKEP_TEST_POSTGRES", ""))
    return pytest(*arguments)


def _run_all(suites: list[Suite], asked: str) -> int:
    if asked:
        return _run([suite for suite in suites if suite.name == "integration"], "", asked=asked)
    shutil.rmtree(BUILD / "junit", ignore_errors=True)
    shutil.rmtree(DATA, ignore_errors=True)
    return _run(suites, "", judges=True)


def _run(suites: list[Suite], part: str, *, asked: str = "", judges: bool = False) -> int:
    """asked: the kind of Postgres that alone is tried, and whose run covers nothing new."""
    try:
        print(f"Postgres: {tell_postgres()}")
    except WrongKind as error:
        print(error, file=sys.stderr)
        return 2
    started = time.monotonic()
    reports = BUILD / (f"junit-{asked}" if asked else "junit")
    results = [run_suite(suite, reports, covers=not asked) for suite in suites]
    passed = bool(results) and all(result.passed for result in results)
    if judges:
        passed = judge_coverage(suites) and passed
    _summarize(results, asked=asked, part=part)
    print(f"\n{'PASSED' if passed else 'FAILED'} in {time.monotonic() - started:.0f} s")
    return 0 if passed else 1


def _summarize(results: list[Result], *, asked: str, part: str) -> None:
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
    for line in [f"all suites but those of the part {part}"] if part else list_left_out(asked=asked):
        print(f"  {line}")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nStopped.")
        sys.exit(130)
