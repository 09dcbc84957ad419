"""Groovy with the harness, started once and asked line by line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

from tests.pipeline.places import HARNESS
from tests.pipeline.vocabulary import load_for_harness

SECONDS = 120
LACKING = "Groovy 2.4 and a Java that starts it are not here (Debian: apt install groovy)"


def find_java_home() -> Path | None:
    """The folder of the JDK itself: Debian's `groovy` looks for one that may not be there."""
    java = shutil.which("java")
    return Path(java).resolve().parents[1] if java else None


def is_lacking() -> bool:
    """Whether no Groovy can be started here."""
    return shutil.which("groovy") is None or find_java_home() is None


class Groovy:
    """A running harness. Ends with `with`."""

    def __init__(self) -> None:
        environment = {
            **os.environ,
            "JAVA_HOME": str(find_java_home()),
            "JAVA_OPTS": "-Xshare:auto -XX:TieredStopAtLevel=1",
        }
        self._process = subprocess.Popen(
            ["groovy", "-cp", str(HARNESS), str(HARNESS / "Main.groovy")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        self._said: dict[str, dict[str, Any]] = {}
        self.version: str = self.ask({"ask": "begin", "vocabulary": load_for_harness()})["groovy"]

    def __enter__(self) -> Groovy:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer to one question. Fails when Groovy has ended, or says nothing for two minutes."""
        asked = json.dumps(question)
        if asked not in self._said:
            self._said[asked] = self._ask(asked)
        return self._said[asked]

    def _ask(self, question: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        watchdog = threading.Timer(SECONDS, self._process.kill)
        watchdog.start()
        try:
            self._process.stdin.write(question + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        finally:
            watchdog.cancel()
        assert line, f"Groovy has ended, with {self._process.wait(10)}: what it said stands in the output above"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def parse(self, text: str) -> list[str]:
        """Why it doesn't parse; nothing if it does."""
        problems: list[str] = self.ask({"ask": "parse", "text": text})["problems"]
        return problems

    def validate(self, name: str, text: str) -> dict[str, Any]:
        """problems: what Jenkins's validator would refuse; uses: every known call, with its arguments."""
        return self.ask({"ask": "validate", "name": name, "text": text})

    def execute(self, text: str, scenario: dict[str, Any]) -> dict[str, Any]:
        """events, result and what was refused of one run."""
        return self.ask({"ask": "execute", "text": text, "scenario": scenario})

    def make_jobs(self, text: str, allowed: dict[str, Any], environment: dict[str, str]) -> dict[str, Any]:
        """jobs and problems of a script of Job DSL."""
        return self.ask({"ask": "jobs", "text": text, "allowed": allowed, "environment": environment})
