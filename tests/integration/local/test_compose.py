"""docker/compose.yaml is one that Compose accepts, Debian's 1.29 and the plugin alike, where they are installed."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.support.compose import FILE, list_composes


def test_every_compose_here_accepts_the_file() -> None:
    composes = list_composes()
    if not composes:
        pytest.skip("left out: there is no Docker Compose here (Debian: apt install docker-compose)")
    for compose in composes:
        command = [*compose, "--file", str(FILE), "config"]
        checked = subprocess.run([*command, "--quiet"], capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, ""), compose
        services = subprocess.run([*command, "--services"], capture_output=True, text=True, check=True).stdout
        assert set(services.split()) == {"platform", "postgres", "test-postgres"}


def test_nothing_answers_beyond_this_machine() -> None:
    ports = re.findall(r"ports:\n +- (.*)", FILE.read_text(encoding="utf-8"))
    assert len(ports) == 3
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
