"""A small project, first as it should be and then with everything wrong, tested and linted by the real programs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent / "planted"
OPTIONS = ("-p", "no:randomly", "-p", "no:cacheprovider", "-o", "junit_family=xunit1", "--import-mode=importlib")


def plant(version: str, base: Path) -> None:
    """Puts the files of a version (first, second) into a folder, and writes the three reports."""
    shutil.copy(HERE / "sonar-project.properties", base)
    for file in (HERE / version).rglob("*.txt"):
        place = base / file.relative_to(HERE / version).with_suffix("")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)
    (base / "build/reports").mkdir(parents=True, exist_ok=True)
    (base / "pyproject.toml").write_text(
        '[tool.coverage.run]\nbranch = true\nrelative_files = true\nsource = ["."]\nomit = ["tests/*"]\n'
        '[tool.pytest.ini_options]\npythonpath = ["."]\n'
    )
    _run(
        base,
        "pytest",
        "tests",
        *OPTIONS,
        "--cov",
        "--cov-report=xml:build/coverage.xml",
        "--junitxml=build/junit/unit.xml",
    )
    said = _run(base, "pylint", "services", "--recursive=y", "--output-format=parseable", "--disable=import-error")
    (base / "build/reports/pylint.txt").write_text(said)


def _run(base: Path, module: str, *arguments: str) -> str:
    """What a module's command says; that it fails is the point of the second version."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=base, capture_output=True, text=True, check=False).stdout
