"""Tools written in JavaScript: installed from tests/npm's lock into build/npm, once for each lock."""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Lacking", "find_tool"]

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tests" / "npm"
INSTALLED = ROOT / "build" / "npm"
FILES = (".npmrc", "package.json", "package-lock.json")
INSTALL_SECONDS = 420


class Lacking(Exception):
    """What keeps these tools from running here, in a sentence."""


def find_tool(name: str, *, source: Path = SOURCE, installed: Path = INSTALLED) -> Path:
    """A tool's program, newman or npm-groovy-lint, to be run as it is. Installs all of them first. Raises Lacking."""
    node = _check_node(source)
    fingerprint = _fingerprint(source, node)
    stamp = installed / "installed-from"
    installed.parent.mkdir(parents=True, exist_ok=True)
    with _alone(installed.with_suffix(".lock")):
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != fingerprint:
            _install(source, installed)
            stamp.write_text(fingerprint, encoding="utf-8")
    tool = installed / "node_modules" / ".bin" / name
    if not tool.exists():
        raise Lacking(f"tests/npm/package.json brings no tool called {name}.")
    return tool


def _check_node(source: Path) -> str:
    """The version of the Node that is here. Raises Lacking."""
    wanted = json.loads((source / "package.json").read_text(encoding="utf-8"))["engines"]["node"]
    if not shutil.which("node") or not shutil.which("npm"):
        raise Lacking(f"Node {wanted} with npm is not here: newman and npm-groovy-lint need it.")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    least, found = re.fullmatch(r">=(\d+)", wanted), re.match(r"v(\d+)\.", version)
    if not least or not found or int(found[1]) < int(least[1]):
        raise Lacking(f"Node {wanted} is needed by newman and npm-groovy-lint; this one is {version}.")
    return version


def _fingerprint(source: Path, node: str) -> str:
    digest = hashlib.sha256(node.encode())
    for name in FILES:
        digest.update((source / name).read_bytes())
    return digest.hexdigest()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process installs; another one that wants the same waits for it."""
    with lock.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _install(source: Path, installed: Path) -> None:
    shutil.rmtree(installed, ignore_errors=True)
    installed.mkdir(parents=True)
    for name in FILES:
        shutil.copy(source / name, installed)
    command = ["npm", "ci", "--no-progress", "--loglevel=error"]
    try:
        done = subprocess.run(
            command, cwd=installed, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise Lacking(f"`npm ci` in tests/npm was not done after {INSTALL_SECONDS} s.") from None
    if done.returncode:
        told = (done.stderr or done.stdout).strip().splitlines()
        raise Lacking(f"`npm ci` in tests/npm failed: {' '.join(told[:3]) or 'it did not say why'}")
