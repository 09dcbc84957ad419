"""Making the virtual environment: what it says when Python will not do."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TOOLS = ("sh", "dirname", "cmp", "rm", "cp")
NEW_ENOUGH = 'case "$*" in *version_info*) exit 0;; --version) echo "Python 3.12.1";;'


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with what the script reads, and a PATH with no Python on it."""
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    for part in ("services/local/venv.sh", "services/requirements/run.lock", "services/requirements/all.lock"):
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / part, tmp_path / part)
    return tmp_path


def make_venv(clone: Path, python: str = "") -> tuple[int, str]:
    """Runs the script with a Python that is a shell script; gives the exit code and what it said."""
    if python:
        program = clone / "bin/python3"
        program.write_text(f"#!/bin/sh\n{python}\n")
        program.chmod(0o755)
    done = subprocess.run(
        ["sh", "services/local/venv.sh", "run"],
        cwd=clone,
        env={"PATH": str(clone / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_without_python_it_says_what_to_install(clone: Path) -> None:
    code, said = make_venv(clone)
    assert code == 1
    assert said.startswith("Skep needs Python 3.11 or later, and no Python was found.")
    assert "apt install python3 python3-venv" in said


def test_an_old_python_is_named(clone: Path) -> None:
    code, said = make_venv(clone, '[ "$1" = --version ] && echo "Python 3.9.2" || exit 1')
    assert code == 1
    assert "Skep needs Python 3.11 or later, and Python 3.9.2 was found." in said


def test_a_missing_venv_module_is_told_with_the_fix(clone: Path) -> None:
    code, said = make_venv(clone, f"{NEW_ENOUGH} *) exit 1;; esac")
    assert code == 1
    assert "lacks the venv module" in said
    assert "apt install python3-venv" in said
    assert not (clone / ".venv").exists()


def test_a_failed_installation_is_told_and_tried_again(clone: Path) -> None:
    creates = 'mkdir -p .venv/bin; printf "#!/bin/sh\\nexit 1\\n" > .venv/bin/python; chmod +x .venv/bin/python'
    for tool in ("mkdir", "chmod"):
        (clone / "bin" / tool).symlink_to(str(shutil.which(tool)))
    for _ in range(2):
        code, said = make_venv(clone, f'{NEW_ENOUGH} "-m venv .venv") {creates};; *) exit 0;; esac')
        assert code == 1
        assert "The dependencies could not be installed" in said


def test_with_the_lock_installed_it_does_nothing(clone: Path) -> None:
    (clone / ".venv/bin").mkdir(parents=True)
    (clone / ".venv/bin/python").symlink_to("/bin/sh")
    shutil.copy(clone / "services/requirements/all.lock", clone / ".venv/all.lock")
    assert make_venv(clone) == (0, "")
