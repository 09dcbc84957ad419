"""The demo of compose.yaml: its passwords, its variables, and that it names what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from jenkins.demo.passwords import AGENT, NAMES, make_passwords

JENKINS = Path(__file__).parents[4] / "jenkins"
COMPOSE: dict[str, Any] = yaml.safe_load((JENKINS / "compose.yaml").read_text())
README = (JENKINS / "README.md").read_text()


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("secrets", "agents"):
        (tmp_path / name).mkdir()
    return tmp_path / "secrets", tmp_path / "agents"


def test_every_password_is_made_once_and_no_two_are_alike(folders: tuple[Path, Path]) -> None:
    assert make_passwords(*folders) == [*NAMES, AGENT]
    made = {file.name: file.read_text() for file in folders[0].iterdir()}
    assert len(set(made.values())) == len(NAMES) + 1
    assert make_passwords(*folders) == []
    assert {file.name: file.read_text() for file in folders[0].iterdir()} == made


def test_it_is_a_program_by_itself_as_the_container_runs_it(folders: tuple[Path, Path]) -> None:
    words: list[str | Path] = [sys.executable, JENKINS / "demo/passwords.py", *folders]
    said = [subprocess.run(words, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert said == [f"{len(NAMES) + 1} passwords made\n", "The passwords are those of before\n"]


def test_agents_get_their_own_password_and_no_other(folders: tuple[Path, Path]) -> None:
    make_passwords(*folders)
    assert [file.name for file in folders[1].iterdir()] == [AGENT]
    assert (folders[1] / AGENT).read_text() == (folders[0] / AGENT).read_text()


def test_sonarqube_takes_the_password_as_strong(folders: tuple[Path, Path]) -> None:
    make_passwords(*folders)
    password = (folders[0] / "SONAR_ADMIN_PASSWORD").read_text()
    assert len(password) >= 12
    assert all(re.search(kind, password) for kind in ("[A-Z]", "[a-z]", "[0-9]", "[^A-Za-z0-9]"))


def test_the_demo_gives_every_variable_that_jenkins_asks_for() -> None:
    given = {line.split("=")[0] for line in (JENKINS / "demo/demo.env").read_text().splitlines() if line[0] != "#"}
    made = {*NAMES, AGENT, "SONAR_TOKEN"}
    files = [file for file in (JENKINS / "casc").glob("*.yaml") if file.name != "sign-in.yaml"]
    asked = asked_for(*files, JENKINS / "demo/sign-in.yaml") | {("SKEP_REPOSITORY_URL", "")}
    assert {name for name, default in asked if not default} <= given | made
    assert given <= {name for name, _ in asked}


def test_every_variable_stands_in_the_readmes_table() -> None:
    table = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", README.split("## Variables")[1].split("\n## ")[0]))
    asked = variables(*(JENKINS / "casc").glob("*.yaml"))
    read = set(
        re.findall(r"getenv\('([A-Z_]+)'\)", "".join(f.read_text() for f in (JENKINS / "jobs").glob("*.groovy")))
    )
    assert asked | read == table - {"SECRETS"}


def test_what_is_mounted_or_built_is_there() -> None:
    named = [volume.split(":")[0] for one in COMPOSE["services"].values() for volume in one.get("volumes", [])]
    built = [one["build"]["dockerfile"] for one in COMPOSE["services"].values() if "build" in one]
    places = [name for name in named if name.startswith(".")] + built
    assert len(places) > 5
    assert [name for name in places if not (JENKINS / name).exists()] == []


def test_nothing_is_reached_from_another_machine() -> None:
    published = [port for one in COMPOSE["services"].values() for port in one.get("ports", [])]
    assert published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_what_a_branch_runs_on_sees_no_password_but_its_agents() -> None:
    agents = {name: one for name, one in COMPOSE["services"].items() if name.startswith("agent-") or name == "engine"}
    assert len(agents) == 3
    assert [name for name, one in agents.items() if any(v.startswith("secrets:") for v in one["volumes"])] == []


def test_the_agents_of_the_demo_are_those_that_jenkins_knows() -> None:
    nodes = yaml.safe_load((JENKINS / "casc/agents.yaml").read_text())["jenkins"]["nodes"]
    connecting = {
        one["environment"].get("JENKINS_AGENT_NAME") for one in COMPOSE["services"].values() if "build" in one
    }
    assert {node["permanent"]["name"] for node in nodes} == connecting - {None}


def variables(*files: Path) -> set[str]:
    """The names that these files ask for."""
    return {name for name, _ in asked_for(*files)}


def asked_for(*files: Path) -> set[tuple[str, str]]:
    """Name and default, with the sign before it, of all that these files ask for."""
    found = set(re.findall(r"\$\{([A-Z][A-Z0-9_]*)(:-[^}]*)?\}", "".join(file.read_text() for file in files)))
    assert found
    return found
