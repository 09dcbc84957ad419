"""Where Terraform's code stands: modules, the roots that are applied, and their tests."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build"
TERRAFORM = ROOT / "terraform"

ENVIRONMENTS = ("dev", "staging", "production")
"""Those in AWS. They differ in their sizes alone; environments/local is another page for an emulator."""

RUN = re.compile(r'^run "(\w+)"', re.MULTILINE)


def list_folders(under: str = "") -> list[str]:
    """Every folder that Terraform can be started in, from terraform/: modules/network, environments/dev, …"""
    found = {path.parent.relative_to(TERRAFORM).as_posix() for path in TERRAFORM.rglob("terraform.tf")}
    return sorted(folder for folder in found if folder.startswith(under) and "/.terraform/" not in f"/{folder}/")


def list_roots() -> list[str]:
    """The folders that have a state of their own."""
    return [folder for folder in list_folders() if not folder.startswith("modules/")]


def list_test_files(folder: str) -> list[str]:
    """Paths from the folder, as `-filter` wants them."""
    return sorted(path.relative_to(TERRAFORM / folder).as_posix() for path in _tests(folder))


def list_runs(folder: str, file: str) -> list[str]:
    """The names of the runs of a test file, in their order."""
    return RUN.findall((TERRAFORM / folder / file).read_text(encoding="utf-8"))


def _tests(folder: str) -> list[Path]:
    return list((TERRAFORM / folder / "tests").glob("*.tftest.hcl"))
