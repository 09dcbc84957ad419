"""gate.toml: the quality gate that the server should have."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("gate.toml")
RATINGS = "ABCDE"


@dataclass(frozen=True)
class Condition:
    """op: GT fails when the value is greater than error, LT when it is less."""

    metric: str
    op: str
    error: str


@dataclass(frozen=True)
class Gate:
    """A quality gate."""

    name: str
    conditions: tuple[Condition, ...]


def read_gate(file: Path = FILE) -> Gate:
    """The gate as it is checked in."""
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return Gate(data["name"], tuple(Condition(c["metric"], c["op"], c["error"]) for c in data["condition"]))


def show_value(metric: str, value: str) -> str:
    """A measure as people read it: a rating by its letter, other numbers with one decimal at most."""
    try:
        number = float(value)
    except ValueError:
        return value or "nothing"
    if metric.endswith("_rating"):
        return RATINGS[int(number) - 1]
    return f"{number:.1f}".removesuffix(".0")
