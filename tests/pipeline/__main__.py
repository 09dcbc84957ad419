"""`python -m tests.pipeline`: all that is proved of Jenkins's pipelines without a Jenkins; `--write`: call stacks anew.

With JENKINS_URL a running Jenkins validates each pipeline as well; JENKINS_USER and JENKINS_TOKEN tell it who asks.
"""

from __future__ import annotations

import argparse
import sys

import pytest

from tests.pipeline.groovy import LACKING, Groovy, is_lacking
from tests.pipeline.known import read_known
from tests.pipeline.places import REPORT, ROOT, STACKS
from tests.pipeline.scenarios import list_scenarios
from tests.pipeline.stacks import find_stack, render
from tests.pipeline.tree import Tree


def main(arguments: list[str]) -> int:
    """The exit code: 0 when all has run and passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.pipeline", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write tests/pipeline/stacks/ anew")
    if parser.parse_args(arguments).write:
        return _write()
    return int(pytest.main([f"--rootdir={ROOT}", f"--junit-xml={REPORT}", "--durations=5", "tests/pipeline"]))


def _write() -> int:
    if is_lacking():
        print(LACKING, file=sys.stderr)
        return 2
    tree, bad = Tree(), 0
    with Groovy() as groovy:
        known = read_known(tree, groovy)
        written = set()
        for scenario in list_scenarios():
            done = groovy.execute(tree.read(scenario.pipeline), scenario.complete(tree, known))
            golden = find_stack(scenario)
            golden.write_text(render(scenario, done), encoding="utf-8")
            written.add(golden)
            if done["refused"] or done["result"] != scenario.ends:
                print(f"{scenario.name}: {done['refused'] or done['result']}, not {scenario.ends}", file=sys.stderr)
                bad += 1
    for old in set(STACKS.glob("*.txt")) - written:
        old.unlink()
    print(f"{len(written)} call stacks written")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
