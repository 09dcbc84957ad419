"""Tools written in JavaScript are installed once for each lock, or a sentence says what is lacking."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.node import FILES, SOURCE, Lacking, find_tool

NPM = """#!/bin/sh
echo "$@" >>"{log}"
mkdir -p node_modules/.bin && touch node_modules/.bin/tool
"""


@dataclass(frozen=True)
class Place:
    """A lock, and where its tools go. programs: where node and npm are looked for."""

    source: Path
    installed: Path
    programs: Path
    log: Path

    def find(self, name: str = "tool") -> Path:
        return find_tool(name, source=self.source, installed=self.installed)

    def give(self, name: str, script: str) -> None:
        """Puts a program there."""
        program = self.programs / name
        program.write_text(script)
        program.chmod(0o755)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A machine with a node and an npm that install one tool."""
    place = Place(tmp_path / "source", tmp_path / "build" / "npm", tmp_path / "bin", tmp_path / "log")
    place.source.mkdir()
    place.programs.mkdir()
    for name in FILES:
        (place.source / name).write_text(json.dumps({"engines": {"node": ">=18"}}))
    place.give("node", "#!/bin/sh\necho v20.1.0\n")
    place.give("npm", NPM.format(log=place.log))
    monkeypatch.setenv("PATH", f"{place.programs}:/usr/bin:/bin")
    return place


def test_tools_are_installed_once_for_a_lock_and_again_for_another(place: Place) -> None:
    assert place.find() == place.find() == place.installed / "node_modules" / ".bin" / "tool"
    assert place.log.read_text().splitlines() == ["ci --no-progress --loglevel=error"]

    (place.source / "package-lock.json").write_text("{}")
    place.find()

    assert len(place.log.read_text().splitlines()) == 2


def test_an_older_node_is_named(place: Place) -> None:
    place.give("node", "#!/bin/sh\necho v16.20.2\n")

    with pytest.raises(Lacking, match=r"Node >=18 is needed .* this one is v16.20.2"):
        place.find()


def test_a_machine_without_node_is_told_who_needs_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(place.source))

    with pytest.raises(Lacking, match="newman and npm-groovy-lint need it"):
        place.find()


def test_an_npm_that_fails_is_quoted_and_asked_again_the_next_time(place: Place) -> None:
    place.give("npm", "#!/bin/sh\necho 'no network' >&2\nexit 1\n")
    with pytest.raises(Lacking, match=r"`npm ci` in tests/npm failed: no network"):
        place.find()

    place.give("npm", NPM.format(log=place.log))
    assert place.find().exists()


def test_a_tool_that_the_lock_does_not_bring_is_named(place: Place) -> None:
    with pytest.raises(Lacking, match="no tool called hammer"):
        place.find("hammer")


def test_the_lock_pins_every_package_by_its_hash_and_names_no_registry() -> None:
    asked = json.loads((SOURCE / "package.json").read_text())["dependencies"]
    locked = json.loads((SOURCE / "package-lock.json").read_text())["packages"]
    packages = {name: package for name, package in locked.items() if name}

    assert asked == locked[""]["dependencies"]
    assert all(version == packages[f"node_modules/{name}"]["version"] for name, version in asked.items())
    assert [name for name, package in packages.items() if "integrity" not in package or "resolved" in package] == []
    assert [name for name, package in packages.items() if package.get("hasInstallScript")] == []
