"""`make name` and `make summary`: what people read of a build instead of its log."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from jenkins.release.errors import ReleaseError
from jenkins.release.evidence import read_coverage, read_sonar, read_tests
from jenkins.release.settings import Settings, read_settings

__all__ = ["main", "summarize"]


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 1 when even the release's name can't be told."""
    parser = argparse.ArgumentParser(prog="python -m jenkins.summary", description=__doc__)
    parser.add_argument("--name", action="store_true", help="what a release built here would be called, and no more")
    settings = read_settings()
    try:
        if parser.parse_args(arguments).name:
            print(settings.release)
        else:
            print("\n".join(summarize(settings)))
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def summarize(settings: Settings) -> Iterator[str]:
    """A line each: the release and whether it may be promoted, tests, coverage, gate. A report that lacks is named."""
    yield _tell_release(settings)
    yield _try(_tell_tests, settings.build)
    yield _try(_tell_coverage, settings.build)
    yield _try(_tell_gate, settings.build)


def _tell_release(settings: Settings) -> str:
    if (settings.releases / "record.json").is_file():
        images = json.loads((settings.releases / "images.json").read_text(encoding="utf-8"))
        return f"Release {settings.release}: {len(images)} images by digest, to be promoted from here"
    if not settings.is_for_release:
        return f"{settings.branch or 'This machine'}: proves the code, makes no release"
    return f"No release: {settings.release} did not get as far as its record"


def _tell_tests(build: Path) -> str:
    suites = read_tests(build)
    if not suites:
        return "Tests: no report"
    failed = {name: counts.failed for name, counts in suites.items() if counts.failed}
    skipped = sum(counts.skipped for counts in suites.values())
    told = f"Tests: {sum(counts.tests for counts in suites.values())} in {len(suites)} suites, {skipped} left out"
    return f"{told}; FAILED: {', '.join(f'{count} of {name}' for name, count in failed.items())}" if failed else told


def _tell_coverage(build: Path) -> str:
    found = read_coverage(build)
    if found is None:
        return "Coverage: no report"
    branches = 100 * found.branches_covered / max(found.branches, 1)
    return f"Coverage: {branches:.1f} % of branches, {100 * found.lines_covered / max(found.lines, 1):.1f} % of lines"


def _tell_gate(build: Path) -> str:
    found = read_sonar(build)
    return "Quality gate: not asked" if found is None else f"Quality gate: {found['gate']}"


def _try(tell: Callable[[Path], str], build: Path) -> str:
    """A broken report is worth a line, and takes no other with it."""
    try:
        return tell(build)
    except ValueError as error:
        return f"Unreadable: {error}"


if __name__ == "__main__":
    sys.exit(main())
