"""Connects this machine to Jenkins as an agent: waits for the controller, takes its agent.jar, and becomes it.

It stands in the agents' images by itself, so it imports nothing but Python's own.
"""

from __future__ import annotations

import base64
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

__all__ = ["Agent", "ConnectError", "command", "fetch_jar", "find_secret", "main", "read_agent"]

_WAIT_SECONDS = 600
_SECRET = re.compile(r"<argument>([0-9a-f]{64})</argument>")


class ConnectError(Exception):
    """Something that is missing or wrong, in a sentence for whoever set the agent up."""


@dataclass(frozen=True)
class Agent:
    """url: the controller's, without a slash at its end. Either secret_file is there, or user and password_file are."""

    url: str
    name: str
    folder: Path
    secret_file: Path | None = None
    user: str = ""
    password_file: Path | None = None


def read_agent(variables: Mapping[str, str]) -> Agent:
    """What the environment says. Raises ConnectError that names all that is missing."""
    missing = [name for name in ("JENKINS_URL", "JENKINS_AGENT_NAME") if not variables.get(name)]
    secret_file, password_file = (variables.get(f"JENKINS_{kind}_FILE") for kind in ("SECRET", "PASSWORD"))
    if not secret_file and not (variables.get("JENKINS_USER") and password_file):
        missing.append("JENKINS_SECRET_FILE (or JENKINS_USER and JENKINS_PASSWORD_FILE)")
    if missing:
        raise ConnectError(f"not set: {', '.join(missing)}")
    return Agent(
        url=variables["JENKINS_URL"].rstrip("/"),
        name=variables["JENKINS_AGENT_NAME"],
        folder=Path(variables.get("JENKINS_AGENT_FOLDER", "/home/jenkins/agent")),
        secret_file=Path(secret_file) if secret_file else None,
        user=variables.get("JENKINS_USER", ""),
        password_file=Path(password_file) if password_file else None,
    )


def fetch_jar(
    agent: Agent, *, wait_seconds: float = _WAIT_SECONDS, pause: Callable[[float], None] = time.sleep
) -> Path:
    """The controller's own agent.jar, so that both are always of one version; waits while the controller starts."""
    last = time.monotonic() + wait_seconds
    while True:
        try:
            body = _get(f"{agent.url}/jnlpJars/agent.jar", {})
        except OSError as error:
            if time.monotonic() > last:
                raise ConnectError(f"{agent.url} didn't answer within {wait_seconds:.0f} s: {error}") from error
            pause(3)
            continue
        jar = agent.folder / "agent.jar"
        jar.write_bytes(body)
        return jar


def find_secret(agent: Agent) -> Path:
    """The file with the agent's secret: the one that was given, or one that is made of what the controller tells a user
    with the permission Agent/Connect."""
    if agent.secret_file:
        return agent.secret_file
    if not agent.password_file:
        raise ConnectError("there is neither a secret nor a password")
    who = f"{agent.user}:{agent.password_file.read_text().strip()}"
    headers = {"Authorization": "Basic " + base64.b64encode(who.encode()).decode()}
    url = f"{agent.url}/computer/{quote(agent.name)}/jenkins-agent.jnlp"
    try:
        answer = _get(url, headers).decode()
    except urllib.error.HTTPError as error:
        raise ConnectError(
            f"{url} answers {error.code}: is there such an agent, and may {agent.user} connect it?"
        ) from error
    found = _SECRET.search(answer)
    if not found:
        raise ConnectError(f"{url} tells no secret")
    secret = agent.folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text(found[1])
    return secret


def command(agent: Agent, jar: Path, secret: Path) -> list[str]:
    """What becomes the agent. The secret goes by its file: a command line can be read by whoever is on the machine."""
    told = ["-url", f"{agent.url}/", "-name", agent.name, "-secret", f"@{secret}"]
    return ["java", "-jar", str(jar), *told, "-webSocket", "-workDir", str(agent.folder)]


def _get(url: str, headers: Mapping[str, str]) -> bytes:
    if not url.startswith(("http://", "https://")):
        raise ConnectError(f"{url} is no address of a Jenkins")
    with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers)), timeout=30) as answer:  # noqa: S310
        return bytes(answer.read())


def main() -> None:
    """Ends only with a ConnectError: java takes this process's place."""
    try:
        agent = read_agent(os.environ)
        agent.folder.mkdir(parents=True, exist_ok=True)
        print(f"agent: {agent.name} asks {agent.url}", flush=True)
        jar = fetch_jar(agent)
        words = command(agent, jar, find_secret(agent))
    except ConnectError as error:
        sys.exit(f"agent: {error}")
    os.execvp(words[0], words)  # noqa: S606


if __name__ == "__main__":
    main()
