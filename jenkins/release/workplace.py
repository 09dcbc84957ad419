"""The folder in which Terraform works for one environment: a copy of the code, the release's variables, the backend."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from jenkins.release.canonical import hash_bytes, hash_file, to_bytes, write_private
from jenkins.release.errors import ReleaseError
from jenkins.release.record import Record
from jenkins.release.settings import ROOT, Settings
from jenkins.release.sources import LOCK, hash_code, hash_routes
from jenkins.release.terraform import Terraform, copy_code

__all__ = ["Workplace", "find_differences", "set_up"]

VARIABLES, IMAGES, PLAN = "release.tfvars.json", "images.json", "tfplan"
CODE = ("terraform", "services")


class Workplace:
    """build/plans/<environment>/, which only its owner can read: a plan may have secrets in it."""

    def __init__(self, settings: Settings, environment: str) -> None:
        self._settings = settings
        self.folder = settings.plans(environment)
        self.root = f"environments/{environment}"
        self.terraform = Terraform(self.folder / "terraform", settings.variables)
        self._backend = [
            f"-backend-config={option}={settings.of(environment, name)}"
            for option, name in (
                ("bucket", "STATE_BUCKET"),
                ("region", "STATE_REGION"),
                ("kms_key_id", "STATE_KMS_KEY"),
            )
            if settings.of(environment, name)
        ]
        self._wanted = f"SKEP_STATE_BUCKET_{environment.upper()}"

    @property
    def plan(self) -> Path:
        """The saved plan."""
        return self.folder / PLAN

    @property
    def variables(self) -> str:
        """The option that gives Terraform the release."""
        return f"-var-file={(self.folder / VARIABLES).resolve()}"

    def take_code(self, revision: str = "") -> None:
        """Makes the folder anew, with this checkout's code or a commit's. Raises ReleaseError.

        An emulator's copy of the code, where there is one, is of no commit.
        """
        _need_emulator(self._settings)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        if revision:
            _take_from_history(revision, self.folder)
        else:
            copy_code(self._settings.code, self.folder)

    def write_variables(self, record: Record) -> None:
        """Says which release it is, as the roots' variables want to have it."""
        images = self.folder / IMAGES
        write_private(images, to_bytes(record.uris))
        release = {"name": record.name, "revision": record.revision}
        write_private(self.folder / VARIABLES, to_bytes({"release": release, "release_file": str(images.resolve())}))

    def initialize(self) -> None:
        """`terraform init`, with the account's own backend where the code has one. Raises ReleaseError."""
        has_backend = (self.terraform.code / self.root / "backend.tf").is_file()
        if has_backend and not self._backend:
            raise ReleaseError(f"{self._wanted} isn't set: the bucket of states that bootstrap/account has made")
        self.terraform.run(self.root, "init", "-input=false", *(self._backend if has_backend else []))

    def hash_inputs(self) -> dict[str, str]:
        """What the plan was made of, by hash: variables and the lock file of providers."""
        root = self.terraform.code / self.root
        lock = root / LOCK
        values = sorted([*root.glob("*.tfvars"), *root.glob("*.auto.tfvars.json"), *self.folder.glob("*.json")])
        return {
            "lock": hash_file(lock) if lock.is_file() else "",
            "variables": hash_bytes(to_bytes({file.name: hash_file(file) for file in values})),
        }


def set_up(settings: Settings, environment: str, record: Record) -> Workplace:
    """A workplace with the release's own code and variables in it, initialized. Raises ReleaseError."""
    wrong = find_differences(record)
    if wrong:
        raise ReleaseError(
            f"{' and '.join(wrong)} of this checkout are not those of {record.name}: check out {record.revision}"
        )
    place = Workplace(settings, environment)
    place.take_code()
    place.write_variables(record)
    place.initialize()
    return place


def find_differences(record: Record) -> list[str]:
    """What of this checkout isn't what the release was recorded with."""
    code = hash_code()
    pairs = {
        "terraform/": (code.folder, record.terraform.folder),
        "the lock files": (code.locks, record.terraform.locks),
        "the routes": (hash_routes().sha256, record.routes.sha256),
    }
    return [name for name, (ours, recorded) in pairs.items() if ours != recorded]


def _need_emulator(settings: Settings) -> None:
    """Other code than this checkout's is for an emulator on this machine, never for AWS. Raises ReleaseError."""
    if settings.code == ROOT / "terraform":
        return
    if urlsplit(settings.get("AWS_ENDPOINT_URL")).hostname not in {"127.0.0.1", "localhost"}:
        raise ReleaseError("SKEP_TERRAFORM_CODE is for an emulator: AWS_ENDPOINT_URL has to name one on this machine")


def _take_from_history(revision: str, folder: Path) -> None:
    """terraform/ and services/ of a commit. Raises ReleaseError."""
    archive = folder / "code.tar"
    with archive.open("wb") as out:
        done = subprocess.run(
            ["git", "archive", "--format=tar", revision, *CODE],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    if done.returncode:
        raise ReleaseError(f"{revision} isn't in this checkout's history ({done.stderr.strip()}): fetch all of it")
    shutil.unpack_archive(archive, folder, filter="data")
    archive.unlink()
