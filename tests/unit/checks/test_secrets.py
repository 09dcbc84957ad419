"""A planted secret is found, and what opens nothing is left alone. Those here are put together from pieces."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import list_files, read
from tests.checks.running import ROOT
from tests.checks.secrets import BASELINE

PLANTED = {
    "key.py": ('aws = "AKIA', "QW7RT5YU3IOPLKJH", '"', "AWS Access Key"),
    "key.pem": ("-----BEGIN RSA ", "PRIVATE KEY", "-----", "Private Key"),
    "url.py": ('url = "postgresql://skep:', "Kz8vQp2mNs4d", '@db.example.com/skep"', "Basic Auth Credentials"),
    "config.tf": ('password = "', "Kz8vQp2mNs4d", '"', "Secret Keyword"),
    "token.groovy": ("String token = 'ghp_", "k4Wq8Z" * 6, "'", "GitHub Token"),
}
"""File -> the line's beginning, what makes it a secret, its end, and what it is called."""


def look_at(*files: Path) -> tuple[int, str]:
    """The exit code and the words, in a process of its own: the library keeps what it was told once."""
    report = files[0].with_name("report.json")
    command = [sys.executable, "-m", "tests.checks", "secrets", f"--report={report}", *map(str, files)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def baseline() -> dict[str, dict[str, list[str]]]:
    """Filter -> its settings."""
    return {entry["path"].rpartition(".")[2]: entry for entry in json.loads(BASELINE.read_text())["filters_used"]}


def test_every_kind_of_planted_secret_is_found_and_none_is_repeated(tmp_path: Path) -> None:
    for name, (beginning, secret, end, _) in PLANTED.items():
        (tmp_path / name).write_text(f"{beginning}{secret}{end}\n", encoding="utf-8")
    code, told = look_at(*sorted(tmp_path.iterdir()))
    assert code == 1
    for name, (_, secret, _, kind) in PLANTED.items():
        assert re.search(rf"{re.escape(name)}:1: .*{kind}", told), told
        assert secret not in told or secret == "PRIVATE KEY"  # pragma: allowlist secret
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["files"] == len(PLANTED)
    assert {finding["file"].rpartition("/")[2] for finding in report["findings"]} == set(PLANTED)


def test_what_opens_nothing_is_left_alone_by_its_value_or_by_a_comment(tmp_path: Path) -> None:
    beginning, secret, end, _ = PLANTED["key.py"]
    fine = tmp_path / "fine.py"
    fine.write_text(
        f'password = "correct horse battery"\n{beginning}{secret}{end}  # pragma: allowlist secret\n', encoding="utf-8"
    )
    other = tmp_path / "other.py"
    other.write_text("there = True\n", encoding="utf-8")
    assert look_at(fine, other)[0] == 0


def test_every_value_that_is_allowed_still_stands_somewhere(baseline: dict[str, dict[str, list[str]]]) -> None:
    texts = [read(name) for name in list_files() if not name.endswith((".lock", ".secrets.baseline", ".png"))]
    patterns = baseline["should_exclude_secret"]["pattern"]
    assert patterns
    for pattern in patterns:
        assert pattern.startswith("^")
        assert any(re.search(pattern.strip("^$"), text) for text in texts), f"{pattern} allows what is nowhere"


def test_files_that_are_not_looked_at_are_written_by_programs(baseline: dict[str, dict[str, list[str]]]) -> None:
    patterns = [re.compile(pattern) for pattern in baseline["should_exclude_file"]["pattern"]]
    left_out = [name for name in list_files() if any(pattern.search(name) for pattern in patterns)]
    assert left_out
    assert not [name for name in left_out if name.endswith((".py", ".tf", ".groovy", ".yaml", ".sh", "Jenkinsfile"))]
