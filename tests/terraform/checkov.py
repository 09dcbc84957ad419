"""checkov in an environment of its own, since its pins and ours don't go together: made of checkov.lock, in build/."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.terraform.places import BUILD, TERRAFORM

LOCK = Path(__file__).with_name("checkov.lock")
HOME = BUILD / "checkov"
STAMP = HOME / "lock.sha256"


class NotInstalled(Exception):
    """checkov could not be installed here; the message says what uv said."""


def ensure_checkov() -> Path:
    """The program. The first time, or after a change of the lock, it is installed: about half a minute."""
    program = HOME / "bin" / "checkov"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == digest:
        return program
    shutil.rmtree(HOME, ignore_errors=True)
    _uv("venv", "--quiet", "--python", sys.executable, str(HOME))
    python = str(HOME / "bin" / "python")
    _uv("pip", "install", "--quiet", "--require-hashes", "--no-deps", "--python", python, "-r", str(LOCK))
    STAMP.write_text(digest, encoding="utf-8")
    return program


def run_checkov(folder: Path = TERRAFORM) -> dict[str, Any]:
    """checkov's report on a folder of Terraform: summary, results.failed_checks, results.skipped_checks, …"""
    command = [str(ensure_checkov()), "--directory", str(folder), "--framework", "terraform", "--output", "json"]
    options = ["--compact", "--skip-download", "--skip-path", r"\.terraform"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise NotInstalled(done.stderr or done.stdout) from None
    return report if isinstance(report, dict) else report[0]


def _uv(*arguments: str) -> None:
    program = Path(sys.executable).with_name("uv")
    done = subprocess.run([str(program), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotInstalled(done.stderr)
