"""What a release is made of, by hash: Terraform's code, routes, migrations, assets; and what changed since the last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from jenkins.release.canonical import hash_bytes, hash_file, to_bytes
from jenkins.release.errors import ReleaseError
from jenkins.release.record import Code, Migrations, Note, Routes
from jenkins.release.settings import ROOT, git
from services.forms.assets import write_assets
from services.local.catalog import GATEWAY, ROUTES, read_routes
from services.migrations.files import VERSIONS, list_migrations

__all__ = ["hash_assets", "hash_code", "hash_migrations", "hash_routes", "is_ancestor", "list_notes"]

LOCK = ".terraform.lock.hcl"
LEFT_OUT = ("*.md", ".terraform", "*.tfstate", "*.tfstate.*", "*.tfplan", "*.auto.tfvars.json")
"""What is read by people, and what Terraform or a machine adds to its code."""
NOTES = 200


def hash_code(folder: Path = ROOT / "terraform") -> Code:
    """Of every file below it that is code, and, apart, of its lock files."""
    files = sorted(_walk(folder))
    locks = [file for file in files if file.name == LOCK]
    return Code(_hash_files(folder, [file for file in files if file.name != LOCK]), _hash_files(folder, locks))


def hash_routes() -> Routes:
    """Of services/routes.json and gateway.json."""
    paths = (f"{route['authorization']} {route['service']} {route['path']}" for route in read_routes())
    return Routes(_hash_files(ROUTES.parent, [GATEWAY, ROUTES]), tuple(sorted(paths)))


def hash_migrations(folder: Path = VERSIONS) -> Migrations:
    """Of every migration, in their order. Raises MigrationError."""
    names = [migration.name for migration in list_migrations(folder)]
    return Migrations(names[-1], {name: hash_file(folder / f"{name}.sql") for name in names})


def hash_assets() -> dict[str, str]:
    """Name in the bucket -> hash, of all that the forms need."""
    with TemporaryDirectory(prefix="skep-assets-") as folder:
        write_assets(Path(folder))
        return {file.name: hash_file(file) for file in sorted(Path(folder).iterdir())}


def is_ancestor(older: str, newer: str) -> bool:
    """Whether a commit is another, or in its history; false, too, for one that this checkout hasn't."""
    try:
        git("merge-base", "--is-ancestor", older, newer)
    except ReleaseError:
        return False
    return True


def list_notes(previous: str | None, revision: str) -> tuple[tuple[Note, ...], int]:
    """The commits since the previous one, newest first, and how many more there are than are listed."""
    span = [f"{previous}..{revision}" if previous else revision, "--no-merges"]
    total = int(git("rev-list", "--count", *span))
    lines = git("log", f"--max-count={NOTES}", "--format=%H%x00%an%x00%s", *span).splitlines()
    notes = tuple(Note(*line.split("\0", 2)) for line in lines)
    return notes, total - len(notes)


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if any(path.match(pattern) for pattern in LEFT_OUT):
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _hash_files(folder: Path, files: list[Path]) -> str:
    """Of their names and contents: a file that is renamed is another folder."""
    return hash_bytes(to_bytes({str(file.relative_to(folder)): hash_file(file) for file in files}))
