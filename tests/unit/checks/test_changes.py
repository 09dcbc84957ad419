"""Where a branch began is found in every kind of checkout, or it is said what to do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.checks import changes
from tests.checks.changes import find_beginning
from tests.checks.running import CheckFailed

COMMITS_ON_MAIN = 6


def git(folder: Path, *arguments: str) -> str:
    """What git says, as somebody who has no settings of their own."""
    person = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "protocol.file.allow=always"]
    return subprocess.run(
        ["git", *person, *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(folder: Path, name: str) -> str:
    (folder / name).write_text(name, encoding="utf-8")
    git(folder, "add", name)
    git(folder, "commit", "--quiet", "--message", name)
    return git(folder, "rev-parse", "HEAD")


class Origin:
    """A repository with a main, and a branch `change` that began in its middle."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        git(folder, "init", "--quiet", "--initial-branch=main")
        begun = [commit(folder, f"main-{number}") for number in range(COMMITS_ON_MAIN)]
        self.beginning = begun[2]
        git(folder, "checkout", "--quiet", "-b", "change", self.beginning)
        commit(folder, "change")

    def clone(self, folder: Path, *how: str) -> Path:
        """A checkout of the branch alone, as Jenkins makes it of a pull request."""
        git(self.folder, "clone", "--quiet", "--branch=change", *how, f"file://{self.folder}", str(folder))
        return folder


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path / "origin")


def test_a_whole_checkout_knows_where_its_branch_began(origin: Origin, tmp_path: Path) -> None:
    assert find_beginning("origin/main", origin.clone(tmp_path / "whole")) == origin.beginning


def test_a_checkout_of_one_branch_fetches_the_other(origin: Origin, tmp_path: Path) -> None:
    checkout = origin.clone(tmp_path / "single", "--single-branch")
    assert find_beginning("origin/main", checkout) == origin.beginning


def test_a_shallow_checkout_is_made_deeper_until_it_shows(
    origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "DEEPER", 1)
    checkout = origin.clone(tmp_path / "shallow", "--depth=1")
    assert git(checkout, "rev-list", "--count", "HEAD") == "1"
    assert find_beginning("origin/main", checkout) == origin.beginning


def test_a_commit_may_be_named_as_well(origin: Origin, tmp_path: Path) -> None:
    checkout = origin.clone(tmp_path / "whole")
    assert find_beginning(origin.beginning, checkout) == origin.beginning


def test_a_base_that_nobody_has_is_named(origin: Origin, tmp_path: Path) -> None:
    checkout = origin.clone(tmp_path / "whole")
    with pytest.raises(CheckFailed, match="There is no commit nowhere here"):
        find_beginning("nowhere", checkout)
    with pytest.raises(CheckFailed, match="origin/gone isn't here, and can't be fetched"):
        find_beginning("origin/gone", checkout)


def test_without_its_remote_the_rights_that_are_needed_are_named(origin: Origin, tmp_path: Path) -> None:
    checkout = origin.clone(tmp_path / "shallow", "--depth=1")
    origin.folder.rename(tmp_path / "gone")
    with pytest.raises(CheckFailed, match=r"git fetch origin main\)"):
        find_beginning("origin/main", checkout)


def test_two_histories_have_no_beginning(origin: Origin, tmp_path: Path) -> None:
    checkout = origin.clone(tmp_path / "whole")
    git(checkout, "checkout", "--quiet", "--orphan", "alone")
    commit(checkout, "alone")
    with pytest.raises(CheckFailed, match="no commit in common"):
        find_beginning("origin/main", checkout)
