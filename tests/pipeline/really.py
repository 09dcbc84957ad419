"""A small clone in which steps of a pipeline are really run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.architecture.tree import list_files
from tests.pipeline.places import ROOT

PARTS = ("Jenkinsfile", "Makefile", "pyproject.toml", ".gitignore", ".secrets.baseline", "jenkins/", "tests/checks/")
"""What is looked through for secrets: in all of the repository that takes longer than a quick stage may."""

LINKED = (".venv", "services")
"""What the commands need, too, and don't change."""

REALLY = ("git clean", "make -s name", "make secrets", "make sign", "make -s summary")
"""What is run and not only written down. The others take minutes, Docker, SonarQube or AWS."""

DIGEST = "sha256:" + "0123456789abcdef" * 4


def make_clone(folder: Path) -> Path:
    """A repository with the parts, in a commit, and links to the rest; a key that signs stands beside it."""
    clone = folder / "clone"
    for name in list_files():
        if name.startswith(PARTS):
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    for name in LINKED:
        (clone / name).symlink_to(ROOT / name)
    _git(clone, "init", "--quiet", "--initial-branch=main")
    commit(clone)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    (folder / "key.pem").chmod(0o600)
    return clone


def commit(clone: Path) -> None:
    """All that stands there, in a commit."""
    _git(clone, "add", "--all")
    _git(clone, "-c", "user.name=Skep", "-c", "user.email=skep@example.com", "commit", "--quiet", "-m", "A change")


def complete(scenario: dict[str, Any], clone: Path) -> dict[str, Any]:
    """A scenario in which REALLY is run in a clone, and `make push` leaves behind what the real one does."""
    images = '{"sales": "registry.example/skep/sales@' + DIGEST + '"}'
    pushed = {"step": "make push", "writes": {"build/release/images.json": images}}
    return {
        **scenario,
        "workspace": str(clone),
        "really": list(REALLY),
        "happens": [pushed, *scenario["happens"]],
        "environment": {
            **scenario["environment"],
            "GIT_COMMIT": _git(clone, "rev-parse", "HEAD").strip(),
            "SKEP_SIGNING_KEY": f"file:{clone.parent / 'key.pem'}",
        },
    }


def _git(clone: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=clone, check=True, capture_output=True, text=True).stdout
