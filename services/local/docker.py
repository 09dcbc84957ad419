"""Finds a docker client that can build images and whose engine answers, and says which, or why there is none."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

DEBIANS_CLIENT = Path("/usr/bin/docker")
ANSWER_SECONDS = 20.0
NO_IMAGE = "no such image"
OWN_BUILDKIT = range(19, 23)
"""Major versions of clients with a BuildKit of their own; from 23 on it is the buildx plugin that builds."""


class DockerError(Exception):
    """A docker command failed; the message has the command and what it said."""


@dataclass(frozen=True)
class NoEngine:
    """There is none, and why."""

    reason: str


@dataclass(frozen=True)
class Engine:
    """A docker client and the engine behind it. builder: what builds, `BuildKit in the client`; empty: nothing can."""

    client: Path
    client_version: str
    server_version: str
    builder: str

    def __str__(self) -> str:
        builds = self.builder or "cannot build"
        return f"Docker {self.server_version} by {self.client} ({self.client_version}, {builds})"

    def run(
        self,
        *arguments: str,
        given: str | None = None,
        environment: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
    ) -> str:
        """Runs `docker ARGUMENTS…` to its end, BuildKit switched on; gives its standard output.

        given: for its standard input; environment: added to ours. Raises DockerError.
        """
        command = [str(self.client), *arguments]
        try:
            done = subprocess.run(
                command,
                input=given,
                stdin=subprocess.DEVNULL if given is None else None,
                env=os.environ | {"DOCKER_BUILDKIT": "1"} | dict(environment or {}),
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=timeout_seconds,
            )
        except subprocess.TimeoutExpired as error:
            late = f"`docker {' '.join(arguments[:3])}` did not end within {timeout_seconds} s"
            raise DockerError(late) from error
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()[-4000:]
            raise DockerError(f"`docker {' '.join(arguments[:3])}` ended with {done.returncode}: {said}")
        return done.stdout

    def has_image(self, name: str) -> bool:
        """Whether the engine has an image of that name; nothing is pulled. Raises DockerError when it can't say."""
        try:
            self.run("image", "inspect", "--format", "{{.Id}}", name, timeout_seconds=ANSWER_SECONDS)
        except DockerError as error:
            if NO_IMAGE in str(error).lower():
                return False
            raise
        return True


def find_engine(*, building: bool = True, path: str | None = None, last: Path = DEBIANS_CLIENT) -> Engine | NoEngine:
    """Finds the first client, on the PATH and then Debian's own, that has an engine and, if asked for, can build."""
    refusals = []
    for client in _list_clients(os.environ.get("PATH", "") if path is None else path, last):
        found = _look_at(client)
        if isinstance(found, Engine) and (found.builder or not building):
            return found
        refusals.append(
            found.reason
            if isinstance(found, NoEngine)
            else f"{client} ({found.client_version}) has no BuildKit of its own and no buildx plugin, so it can't build"
        )
    return NoEngine("; ".join(refusals) or "no docker client is installed")


def _list_clients(path: str, last: Path) -> Iterator[Path]:
    """The clients in the order of the PATH, each program once."""
    seen = set()
    for client in [*(Path(folder) / "docker" for folder in path.split(os.pathsep) if folder), last]:
        program = client.resolve()
        if program not in seen and program.is_file() and os.access(program, os.X_OK):
            seen.add(program)
            yield client


def _look_at(client: Path) -> Engine | NoEngine:
    code, said = _ask(client, "version", "--format", "{{.Client.Version}}\n{{.Server.Version}}")
    versions = said.split("\n")
    if code != 0 or len(versions) < 2:
        return NoEngine(f"{client}: no engine answers it ({versions[-1] or f'exit code {code}'})")
    return Engine(client, versions[0], versions[1], _find_builder(client, versions[0]))


def _find_builder(client: Path, version: str) -> str:
    code, said = _ask(client, "buildx", "version")
    words = said.split()
    if code == 0 and len(words) > 1:
        return f"buildx {words[1]}"
    major = version.partition(".")[0]
    return "BuildKit in the client" if major.isdigit() and int(major) in OWN_BUILDKIT else ""


def _ask(client: Path, *arguments: str) -> tuple[int, str]:
    """The exit code and, stripped, what it said: the answer, or of a failure what is wrong."""
    try:
        done = subprocess.run(
            [str(client), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=ANSWER_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return 1, f"silent for {ANSWER_SECONDS:.0f} s"
    except OSError as error:
        return 1, error.strerror or str(error)
    return done.returncode, ((done.returncode and done.stderr) or done.stdout).strip()
