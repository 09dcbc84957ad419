"""The files of the repository, some of them changed: what a planted fault is looked for in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from typing import Any

import yaml

from tests.architecture.tree import list_files
from tests.pipeline.places import ROOT

VARIABLE = re.compile(r"(?<!\^)\$\{([A-Z]\w*)")
"""Not `${base64:…}` or `${readFile:…}`, which change what is in them."""


@dataclass(frozen=True)
class Tree:
    """changed: path -> text that stands in for the file's own."""

    changed: Mapping[str, str] = field(default_factory=dict)

    def read(self, name: str) -> str:
        """A file's text."""
        return self.changed[name] if name in self.changed else (ROOT / name).read_text(encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> Tree:
        """Every place where a pattern is found, replaced; the pattern has to be there."""
        text, count = re.subn(old, new, self.read(name), flags=re.MULTILINE | re.DOTALL)
        assert count, f"{name} has no {old}: the planted fault has to follow the file"
        return Tree({**self.changed, name: text})

    def find(self, *patterns: str) -> list[str]:
        """The files whose path fits one of the patterns."""
        names = {*list_files(), *self.changed}
        return sorted(name for name in names if any(fnmatch(name, pattern) for pattern in patterns))

    def pipelines(self) -> list[str]:
        """Every file with a declarative pipeline."""
        return self.find("Jenkinsfile", "jenkins/jobs/*.Jenkinsfile")

    def job_scripts(self) -> list[str]:
        """Every script of Job DSL, a folder before what stands in it: in the order of casc."""
        [asked] = [entry["jobs"] for _, entry in self.casc() if "jobs" in entry]
        return [f"jenkins/jobs/{job['file'].rsplit('/', 1)[1]}" for job in asked]

    def casc(self) -> list[tuple[str, dict[str, Any]]]:
        """Each file of Jenkins's configuration as code, read."""
        return [(name, _parse(self.read(name))) for name in self.find("jenkins/casc/*.yaml")]

    def casc_values(self, *path: str) -> list[Any]:
        """What stands at a path in any of the files."""
        found = []
        for _, entry in self.casc():
            value: Any = entry
            for key in path:
                value = value.get(key) if isinstance(value, dict) else None
            if value is not None:
                found.append(value)
        return found

    def casc_variables(self) -> dict[str, list[str]]:
        """Each variable that the configuration is completed by -> the files that name it."""
        found: dict[str, list[str]] = {}
        for name in self.find("jenkins/casc/*.yaml"):
            for variable in VARIABLE.findall(self.read(name)):
                found.setdefault(variable, []).append(name)
        return found

    def plugins(self) -> dict[str, str]:
        """Each pinned plugin -> its version."""
        lines = [line.strip() for line in self.read("jenkins/controller/plugins.txt").splitlines()]
        return dict(line.split(":", 1) for line in lines if line and not line.startswith("#") and ":" in line)

    def targets(self) -> set[str]:
        """The targets of the Makefile."""
        return set(re.findall(r"^([a-z-]+):", self.read("Makefile"), re.MULTILINE))


@cache
def _parse(text: str) -> Any:
    """A tree with one fault has most files as they were."""
    return yaml.safe_load(text)


def list_groovy(tree: Tree) -> list[str]:
    """Every file with Groovy in it."""
    return tree.find("Jenkinsfile", "*.Jenkinsfile", "*.groovy")
