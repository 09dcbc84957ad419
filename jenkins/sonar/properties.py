"""sonar-project.properties, as far as this repository uses Java's format: key=value, comments, lines that go on."""

from __future__ import annotations

import re
from pathlib import Path

NAME = "sonar-project.properties"


def read_properties(base: Path) -> dict[str, str]:
    """The properties of the project in a folder."""
    text = (base / NAME).read_text(encoding="utf-8")
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^\s*[#!].*$", "", text, flags=re.MULTILINE))
    pairs = (line.split("=", 1) for line in joined.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def list_values(properties: dict[str, str], name: str) -> list[str]:
    """The parts of a value that is a list."""
    return [part.strip() for part in properties.get(name, "").split(",") if part.strip()]
