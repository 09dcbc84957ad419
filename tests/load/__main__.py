"""`python -m tests.load`, `make load`: journeys at a workload's rates against a platform, judged by endpoint.

Without a URL it starts a platform of its own in a folder of its own, as `make run` does, and stops it again.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.load.baseline import compare, measure, merge, read_baseline, write_baseline, write_junit
from tests.load.k6 import BUILD, JOURNEYS, WORKLOADS, K6Failed, Order, Report, run_k6
from tests.load.target import Refused, Target, check_url, read_secrets, target_of
from tests.load.telling import tell
from tests.support.platform import PlatformFailed, find_cloud, run_platform

RATE = 10.0
MAX_RATE = 100.0
MAX_SECONDS = 2 * 3600
MAX_RUNS = 3
P99 = 500
P99S = range(10, 20_001)
BASELINE = BUILD / "load" / "baseline.json"
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 when every threshold held, 1 with those that did not, 2 when nothing was tried."""
    options = _options(arguments)
    try:
        order = _order(options)
        with _target(options) as target:
            _need_people(order, target)
            print(f"Load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
            suffixes = [f"-{number + 1}" if number else "" for number in range(options.runs)]
            reports = [run_k6(order, target, options.reports, suffix=suffix) for suffix in suffixes]
    except Refused as error:
        print(f"Nothing was loaded: {error}", file=sys.stderr)
        return 2
    except (PlatformFailed, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except K6Failed as error:
        print(error, file=sys.stderr)
        return 1
    for report in reports:
        tell(report)
    failed = any(report["failed"] for report in reports)
    slower = _compare(f"{order.name} {target.name}", order.name, reports, options)
    return 1 if failed or slower else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--journey", choices=JOURNEYS, default="all")
    parser.add_argument("--workload", choices=WORKLOADS, default="smoke")
    parser.add_argument("--target", choices=("run", "cloud"), default="run", help="started here, or a cloud that is up")
    parser.add_argument("--data", type=Path, default=Path(".skep"), help="the folder of the cloud that is up")
    parser.add_argument("--url", help="a platform that is running, in place of a target")
    parser.add_argument("--key-file", type=Path, help="for --url: clients' keys, one a line, or a file as run.json is")
    parser.add_argument(
        "--allow", action="append", default=[], metavar="HOST", help="a host that isn't this machine, or a URL at it"
    )
    parser.add_argument("--rate", default=str(RATE), help=f"journeys a second on a usual day ({RATE:.0f})")
    parser.add_argument("--duration", default="0", help="of the main phases: 90s, 5m, 1h")
    parser.add_argument("--p99", type=int, default=P99, metavar="MS", help=f"an answer's p99 at most ({P99})")
    parser.add_argument("--runs", type=int, default=1, help="runs before comparing: the better one counts")
    parser.add_argument(
        "--baseline", type=Path, help=f"compare with this file, such as {BASELINE.name} of the last build"
    )
    parser.add_argument(
        "--write-baseline", nargs="?", type=Path, const=BASELINE, help="keep this run, if it is no worse"
    )
    parser.add_argument("--reports", type=Path, default=BUILD, help="the folder that load/ and junit-load/ go to")
    return parser.parse_args(arguments)


def _order(options: argparse.Namespace) -> Order:
    """Raises Refused for what is out of bounds."""
    rate, seconds = _rate(options.rate), _seconds(options.duration)
    if options.p99 not in P99S:
        raise Refused(f"--p99 is {options.p99}; it is milliseconds, from {P99S[0]} to {P99S[-1]}")
    if not 1 <= options.runs <= MAX_RUNS:
        raise Refused(f"--runs is {options.runs}; it is from 1 to {MAX_RUNS}")
    return Order(options.journey, options.workload, rate, seconds, options.p99)


@contextmanager
def _target(options: argparse.Namespace) -> Iterator[Target]:
    if options.url:
        url = check_url(options.url, options.allow)
        keys, people = read_secrets(options.key_file, os.environ)
        yield Target(urlsplit(url).hostname or url, url, keys, people)
    elif options.target == "cloud":
        yield target_of("make cloud", find_cloud(options.data))
    else:
        with tempfile.TemporaryDirectory(prefix="skep-load-") as folder, run_platform(Path(folder)) as told:
            yield target_of("make run", told, is_thrown_away=True)


def _need_people(order: Order, target: Target) -> None:
    """Says what is left out without people. Raises Refused when that is all that was asked for."""
    if target.people:
        return
    if order.journey == "work_in_forms":
        raise Refused("the forms need people who can sign in: give a file as run.json is (--key-file)")
    print("Nobody's password is known: the journey in the forms is left out.")


def _rate(given: str) -> float:
    try:
        rate = float(given)
    except ValueError:
        rate = 0.0
    if not 0.1 <= rate <= MAX_RATE:
        raise Refused(f"the rate is {given!r}; it is journeys a second, from 0.1 to {MAX_RATE:.0f}")
    return rate


def _seconds(given: str) -> int:
    match = re.fullmatch(r"([0-9]{1,5})([smh]?)", given)
    seconds = int(match[1]) * UNITS[match[2]] if match else -1
    if seconds and not 5 <= seconds <= MAX_SECONDS:
        raise Refused(f"the duration is {given!r}; it is such as 90s, 5m or 1h, from 5 s to {MAX_SECONDS // 3600} h")
    return seconds


def _compare(name: str, file_name: str, reports: list[Report], options: argparse.Namespace) -> bool:
    """Whether the run is worse than its baseline; one that isn't, and has not failed, becomes the next if asked."""
    measured = merge([measure(report) for report in reports])
    findings = []
    if options.baseline:
        then = read_baseline(options.baseline, name)
        findings = compare(measured, then)
        if not findings:
            print(f"\nNothing to compare: {options.baseline} has no {name!r}, or one of both has too few answers.")
    worse = [finding for finding in findings if finding.is_worse]
    if findings:
        write_junit(options.reports / "junit-load" / f"{file_name}-baseline.xml", name, findings)
        print(f"\nBeside the baseline: {len(findings)} figures, {len(worse)} worse.")
    for finding in worse:
        print(f"  {finding}")
    if options.write_baseline and measured and not worse and not any(report["failed"] for report in reports):
        write_baseline(options.write_baseline, name, measured)
    return bool(worse)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a build that is aborted stops its platform too
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        sys.exit(130)
