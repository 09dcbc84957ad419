"""The lines that a branch changes: tested well enough, and without a new warning. Branches have no SonarQube to ask."""

from __future__ import annotations

from pathlib import Path

from tests.checks.running import REPORTS, ROOT, CheckFailed, git, run, tell

COVERAGE = ROOT / "build" / "coverage.xml"
MIN_PERCENT = 80
DEEPER = 200
"""Commits that are fetched at a time while a shallow checkout doesn't show where the branch began."""


def check_changes(base: str) -> int:
    """The exit code. base: a commit, `origin/main` mostly. Raises CheckFailed when there is nothing to judge by."""
    reports = REPORTS.relative_to(ROOT)
    pylint = REPORTS / "pylint.txt"
    for report, command in ((COVERAGE, "make test"), (pylint, "make lint")):
        if not report.is_file():
            raise CheckFailed(f"{report.relative_to(ROOT)} isn't there: run `{command}` first.")
    began = find_beginning(base)
    common = ("--compare-branch", began, "--diff-range-notation", "..")
    covered = run(
        "diff-cover",
        str(COVERAGE.relative_to(ROOT)),
        "--branch-coverage",
        "--show-uncovered",
        f"--fail-under={MIN_PERCENT}",
        f"--format=json:{reports}/changed-lines.json,html:{reports}/changed-lines.html",
        *common,
    )
    warned = run("diff-quality", "--violations=pylint", str(reports / pylint.name), "--fail-under=100", *common)
    if covered:
        print(
            f"\nOf the lines changed since {base}, at least {MIN_PERCENT} % have to be run by a test, in every branch "
            "that they take. The lines above are not: test them, run `make test` again, then `make changes`."
        )
    if warned:
        print("\npylint has something to say about changed lines: see above. Mend it, then `make lint` and this again.")
    return tell([("changed lines are tested", covered == 0), ("changed lines are without warnings", warned == 0)])


def find_beginning(base: str, root: Path = ROOT) -> str:
    """The commit where HEAD left base. A shallow checkout is made deeper for it. Raises CheckFailed."""
    if not _knows(base, root):
        _fetch(base, root)
    while (began := _find_common(base, root)) is None:
        if git("rev-parse", "--is-shallow-repository", root=root) != "true":
            raise CheckFailed(f"{base} and HEAD have no commit in common. Name what this is to be merged into: BASE=")
        _fetch(base, root, f"--deepen={DEEPER}")
    return began


def _knows(commit: str, root: Path) -> bool:
    try:
        git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}", root=root)
    except CheckFailed:
        return False
    return True


def _find_common(base: str, root: Path) -> str | None:
    try:
        return git("merge-base", base, "HEAD", root=root)
    except CheckFailed:
        return None


def _fetch(base: str, root: Path, *how: str) -> None:
    """Gets base, a branch of a remote, as that remote has it."""
    remote, _, branch = base.partition("/")
    if not branch or remote not in git("remote", root=root).split():
        raise CheckFailed(f"There is no commit {base} here. Name one that is, or a branch of a remote: BASE=")
    try:
        git("fetch", "--quiet", "--no-tags", *how, remote, f"+refs/heads/{branch}:refs/remotes/{base}", root=root)
    except CheckFailed as error:
        raise CheckFailed(
            f"{base} isn't here, and can't be fetched. Fetch it with the rights that the checkout had "
            f"(git fetch {remote} {branch}), then again.\n{error}"
        ) from error
