"""Each of these changes makes `make test-terraform` fail, and says what is wrong: seen, in a copy of the tree."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.architecture.tree import list_files
from tests.terraform.changes import Change, list_literal_changes
from tests.terraform.changes_of_code import OPENED, OWNED, WRONG_CODE
from tests.terraform.changes_of_values import SIZES
from tests.terraform.commands import find_terraform
from tests.terraform.offline_provider.mirror import find_providers
from tests.terraform.places import BUILD, ROOT

MADE_ANEW = {"lock", "mirror", "terraform.rc"}
"""What the copy has of its own below build/terraform: these name the tree that they stand in."""

pytestmark = pytest.mark.skipif(find_terraform() is None, reason="terraform is not on the PATH")


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every file that git has or would take. What takes long to make once is borrowed from this tree."""
    find_providers()
    target = tmp_path_factory.mktemp("tree")
    for name in list_files():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    subprocess.run(["git", "init", "--quiet"], cwd=target, check=True)
    (target / "build" / "terraform").mkdir(parents=True)
    for made in (BUILD / "terraform").iterdir():
        if made.name not in MADE_ANEW:
            (target / "build" / "terraform" / made.name).symlink_to(made)
    return target


@pytest.mark.parametrize("change", [*WRONG_CODE, *OPENED, *OWNED, *SIZES, *list_literal_changes()], ids=str)
def test_it_is_refused(copy: Path, change: Change) -> None:
    with made(copy, change):
        code, said = run(copy, *change.tests)
    assert code == pytest.ExitCode.TESTS_FAILED, said
    assert on_one_line(change.says) in on_one_line(said), said


def on_one_line(text: str) -> str:
    """Terraform breaks lines where a terminal would end."""
    return re.sub(r"\s+", " ", text)


@contextmanager
def made(copy: Path, change: Change) -> Iterator[None]:
    """Makes the change, and takes it back."""
    path = copy / change.file
    before = path.read_text(encoding="utf-8")
    after, found = re.subn(change.pattern, change.to, before, count=1)
    assert found, f"{change.file} has nothing like {change.pattern}"
    path.write_text(after, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def run(copy: Path, *arguments: str) -> tuple[int, str]:
    """pytest's exit code in the copy, and all that it printed."""
    command = [sys.executable, "-m", "pytest", "--quiet", "-p", "no:randomly", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
