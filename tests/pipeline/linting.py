"""npm-groovy-lint over every Groovy file, beside the other tests: it takes as long as all of them."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from typing import Any

from tests.pipeline.groovy import find_java_home
from tests.pipeline.places import HERE, ROOT
from tests.support.node import Lacking, find_tool

SECONDS = 540
JAVA = ("-Xmx1g", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""It lives for half a minute: what would make it quick comes too late."""


class Linting:
    """A run of npm-groovy-lint that has begun. Raises Lacking when it can't."""

    def __init__(self, files: list[str]) -> None:
        java = find_java_home()
        if java is None:
            raise Lacking("Java is not here: npm-groovy-lint needs it")
        options = ["--noserver", "--config", str(HERE / "groovylint.yml"), "--output", "json", "--loglevel", "info"]
        options += ["--javaexecutable", str(java / "bin" / "java"), f"--javaoptions={','.join(JAVA)}"]
        tool = str(find_tool("npm-groovy-lint"))
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - stop() closes it
        self._process = subprocess.Popen(
            [tool, *options, *files],
            cwd=ROOT,
            env={**os.environ, "JAVA_HOME": str(java)},
            stdout=self._said,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def finish(self) -> dict[str, list[dict[str, Any]]]:
        """Each file -> what was found in it."""
        self._process.wait(SECONDS)
        self._said.seek(0)
        text = self._said.read()
        found = json.loads(text[text.index("{") :])["files"]
        return {name: file["errors"] for name, file in found.items()}

    def stop(self) -> None:
        """Ends it with the Java that it has started, if it has not ended by itself."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, 9)
            self._process.wait()
        self._said.close()
