"""Everything that comes from outside: the environment's variables, Jenkins's own among them, and what git says."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from jenkins.release.errors import ReleaseError

__all__ = ["ROOT", "Settings", "git", "read_settings"]

ROOT = Path(__file__).parents[2]
NEEDED = {
    "SKEP_REPOSITORY_PREFIX": "where images are pushed: <account>.dkr.ecr.<region>.amazonaws.com/skep",
    "SKEP_SIGNING_KEY": "the key that signs: a KMS key's ARN or alias, or file:<a PEM file>",
    "SKEP_RELEASES_BUCKET": "the bucket of release records",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]{0,19}")


@dataclass(frozen=True)
class Settings:
    """variables: the process's environment; build: where results go. Only what a command uses has to be set."""

    variables: Mapping[str, str] = field(repr=False)
    build: Path = ROOT / "build"

    def get(self, name: str, default: str = "") -> str:
        """A variable; what is set to nothing isn't set."""
        return self.variables.get(name) or default

    def need(self, name: str) -> str:
        """A variable that has to be set. Raises ReleaseError with what it is for."""
        value = self.get(name)
        if not value:
            raise ReleaseError(f"{name} isn't set: {NEEDED.get(name, 'see docs/releases.md')}")
        return value

    def of(self, environment: str, name: str) -> str:
        """A variable of one environment: of("dev", "STATE_BUCKET") is SKEP_STATE_BUCKET_DEV."""
        return self.get(f"SKEP_{name}_{environment.upper()}")

    def url(self, environment: str) -> str:
        """Where an environment answers, if it is said: SKEP_DEV_URL."""
        return self.get(f"SKEP_{environment.upper()}_URL")

    @property
    def releases(self) -> Path:
        """Where files go that may be shown to anybody."""
        return self.build / "release"

    def plans(self, environment: str) -> Path:
        """Where a plan and the code that it was made of are: there may be secrets in it."""
        if not _ENVIRONMENT.fullmatch(environment):
            raise ReleaseError(f"{environment!r} is no name of an environment")
        return self.build / "plans" / environment

    @property
    def code(self) -> Path:
        """terraform/ of this checkout; a copy made for an emulator, where SKEP_TERRAFORM_CODE names one."""
        return Path(self.get("SKEP_TERRAFORM_CODE", str(ROOT / "terraform")))

    @property
    def revision(self) -> str:
        """The commit that is checked out, 40 digits. Raises ReleaseError."""
        found = self.get("GIT_COMMIT") or git("rev-parse", "HEAD")
        if not _COMMIT.fullmatch(found):
            raise ReleaseError(f"{found!r} is no commit")
        return found

    @property
    def branch(self) -> str:
        """The branch, or the tag, that is built; empty on somebody's machine."""
        return self.get("TAG_NAME") or self.get("BRANCH_NAME")

    @property
    def is_for_release(self) -> bool:
        """Whether what is built may go to an environment: main and tags."""
        return not self.get("CHANGE_ID") and (self.get("BRANCH_NAME") == "main" or bool(self.get("TAG_NAME")))

    @property
    def release(self) -> str:
        """The release's name: the tag, or the commit's date, the build's number and the commit. Raises ReleaseError."""
        name = self.get("TAG_NAME")
        if not name:
            revision = self.revision
            moment = datetime.fromtimestamp(int(git("show", "-s", "--format=%ct", revision)), UTC)
            name = f"{moment:%Y.%m.%d}-{self.get('BUILD_NUMBER', '0')}-{revision[:12]}"
        if not _NAME.fullmatch(name):
            raise ReleaseError(f"{name!r} can't name a release: up to 64 letters, digits, dots, hyphens and _")
        return name


def read_settings(build: Path | None = None) -> Settings:
    """Those of this process."""
    return Settings(dict(os.environ), build or ROOT / "build")


def git(*arguments: str, root: Path = ROOT) -> str:
    """What git says. Raises ReleaseError."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise ReleaseError(f"There is no git to ask: {error}") from error
    if done.returncode:
        raise ReleaseError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()
