"""The server and the scanner: from Maven Central, known by their checksums, unpacked once and kept."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from jenkins.release.canonical import hash_file

MAVEN_SECONDS = 1800


class NotFetched(Exception):
    """A program that is needed can't be had. The message says what would help."""


@dataclass(frozen=True)
class Artifact:
    """A zip of a Maven repository. top: the one folder in it."""

    group: str
    name: str
    version: str
    sha256: str
    top: str

    @property
    def file(self) -> Path:
        """Where a Maven repository keeps it."""
        folder = Path(*self.group.split("."), self.name, self.version)
        return folder / f"{self.name}-{self.version}.zip"


SERVER = Artifact(
    "org.sonarsource.sonarqube",
    "sonar-application",
    "25.12.0.117093",
    "09215f6f6a56db484946e4355c9801fa357eb92eedc99a2bebedf1d7ae21a341",  # pragma: allowlist secret
    "sonarqube-25.12.0.117093",
)
"""The last that runs on Java 17."""

SCANNER = Artifact(
    "org.sonarsource.scanner.cli",
    "sonar-scanner-cli",
    "8.1.0.6389",
    "ab76ab3c360025e9108be5b55be066f304a164f8b2850d2f2f333915db51bc1b",  # pragma: allowlist secret
    "sonar-scanner-8.1.0.6389",
)


def fetch(artifact: Artifact, cache: Path, maven: Path) -> Path:
    """The folder that it is unpacked in. maven: the local repository, where the zip is looked for first."""
    folder = cache / artifact.top
    if folder.is_dir():
        return folder
    archive = maven / artifact.file
    if not archive.is_file():
        _ask_maven(artifact, maven)
    found = hash_file(archive)
    if found != artifact.sha256:
        raise NotFetched(f"{archive.name} isn't the one that is known here: its SHA-256 is {found}.")
    _unpack(archive, artifact, cache)
    return folder


def find_java() -> str:
    """A Java that runs server and scanner. Raises NotFetched."""
    java = shutil.which("java")
    if java is None:
        raise NotFetched("There is no Java; Debian: apt install openjdk-17-jre-headless.")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = said.partition('"')[2].partition(".")[0].partition('"')[0]
    if not version.isdigit() or int(version) < 17:
        raise NotFetched(f"Java 17 or newer is needed, and {java} is {version or 'none'}.")
    return java


def _ask_maven(artifact: Artifact, maven: Path) -> None:
    """Has Maven put the zip into its repository."""
    program = shutil.which("mvn")
    if program is None:
        raise NotFetched("There is no Maven to fetch SonarQube with; Debian: apt install maven.")
    print(f"Fetching {artifact.file.name}. This is done once.", flush=True)
    command = [
        program,
        "--batch-mode",
        "--quiet",
        "dependency:get",
        "-Dtransitive=false",
        f"-Dartifact={artifact.group}:{artifact.name}:{artifact.version}:zip",
        f"-Dmaven.repo.local={maven}",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=MAVEN_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotFetched(f"{artifact.file.name} wasn't there after {MAVEN_SECONDS} s.") from error
    if done.returncode or not (maven / artifact.file).is_file():
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise NotFetched(f"Maven can't fetch {artifact.file.name}: {lines[0] if lines else 'it says nothing'}")


def _unpack(archive: Path, artifact: Artifact, cache: Path) -> None:
    """Unpacks beside the place and moves it there as a whole, so that a broken run leaves nothing half done."""
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unpacking-", dir=cache) as scratch:
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.infolist():
                path = Path(opened.extract(entry, scratch))
                programs = entry.external_attr >> 16 & 0o111
                path.chmod(0o755 if entry.is_dir() or programs else 0o644)
        for folder in (path for path in Path(scratch).rglob("*") if path.is_dir()):
            folder.chmod(0o755)
        (Path(scratch) / artifact.top).replace(cache / artifact.top)
