"""A copy of Terraform's code that may be initialized, changed and broken, and the names that code uses."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.terraform.places import ROOT, TERRAFORM

__all__ = ["copy_tree", "find_code", "list_names", "list_names_of_table"]

LEFT_OUT = (".terraform", "*.tfstate", "*.tfstate.*", "*.tfplan", "backend.tf")
"""What a root has of its own in a place: none of it is code, and a backend would have to be reached."""
LOCK_FILE = ".terraform.lock.hcl"

SERVICE_FILE = re.compile(r"/services/([\w/]+\.(?:py|sql))")
NAME = re.compile(r"\b[a-z][a-z0-9_]{2,}\b")


def copy_tree(destination: Path, *, locked: bool = False) -> Path:
    """Copies terraform/, and what its modules read of services/, below a folder; gives the copy of terraform/.

    locked: with the lock files, whose checksums are those of the registry's providers and refuse any other.
    """
    left_out = LEFT_OUT if locked else (*LEFT_OUT, LOCK_FILE)
    copy = destination / TERRAFORM.name
    shutil.copytree(TERRAFORM, copy, ignore=shutil.ignore_patterns(*left_out), dirs_exist_ok=True)
    for name in {path.name for path in (ROOT / "services").glob("*.json")} | _list_read_services():
        target = destination / "services" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / "services" / name, target)
    return copy


def _list_read_services() -> set[str]:
    """The files of services/ that Terraform's tests read, to see that both sides say the same."""
    named = {name for text in _texts(TERRAFORM) for name in SERVICE_FILE.findall(text)}
    return {name for name in named if (ROOT / "services" / name).is_file()}


def find_code(here: Path) -> Path:
    """The tree that a folder belongs to, which may be a copy, or the folder alone."""
    return next((folder for folder in (here, *here.parents) if folder.name == TERRAFORM.name), here)


def list_names(folder: Path) -> set[str]:
    """Every word of the code and states below a folder that may name a type or a block: aws_lambda_function, …"""
    return {word for text in _texts(folder) for word in NAME.findall(text)}


def list_names_of_table() -> set[str]:
    """Those of the types that the emulator can make: a state may hold what the code no longer names.

    Out of the text, since importing the table takes boto3 along.
    """
    texts = (path.read_text(encoding="utf-8") for path in (Path(__file__).parent / "resources").glob("*.py"))
    return {word for text in texts for word in NAME.findall(text)}


def _texts(folder: Path) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.endswith((".tf", ".hcl", ".tfstate")):
                yield (Path(place) / name).read_text(encoding="utf-8")
