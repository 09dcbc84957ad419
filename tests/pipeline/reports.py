"""Which command makes which report: vocabulary/reports.yaml, and the patterns that pipelines publish."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from typing import Any

from tests.pipeline.vocabulary import load

PATTERN = re.compile(r"build/[\w.*/-]+")


def matches(pattern: str, path: str) -> bool:
    """Whether an Ant pattern finds a file: `*` within a folder, `**` across folders."""
    if "**" in pattern:
        return fnmatch(path, pattern.replace("**", "*"))
    return pattern.count("/") == path.count("/") and fnmatch(path, pattern)


def list_makers(pattern: str) -> list[str]:
    """The `make` targets whose reports a pattern finds."""
    return [
        target for path, report in load("reports").items() if matches(pattern, path) for target in report["made by"]
    ]


def find_makers(text: str) -> dict[str, list[str]]:
    """Each pattern in a pipeline's text -> the targets that make what it finds."""
    patterns = set(PATTERN.findall(text)) | {
        f"{folder}/{file}" for folder, file in re.findall(r"reportDir: '([^']+)',\s*reportFiles: '([^']+)'", text)
    }
    return {pattern: list_makers(pattern) for pattern in sorted(patterns)}


def list_published(uses: list[dict[str, Any]]) -> list[str]:
    """Every pattern of files that the steps of a pipeline publish."""
    found: list[str] = []
    for use in uses:
        arguments = use["arguments"]
        if use["name"] == "publishHTML":
            target = arguments["target"]
            found.append(f"{target['reportDir']}/{target['reportFiles']}")
        elif use["name"] in {"junit", "archiveArtifacts", "stash", "recordCoverage"} or "pattern" in arguments:
            found += PATTERN.findall(str(arguments))
    return found
