"""What an import found and did: the one thing that a door shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Findings", "Refusal", "Report", "Unknown", "Update"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a line can't go in. line: as an editor counts, the heading being 1; field: None for the whole line."""

    line: int
    field: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that a list or another table has not got. proposals: near ones that it has, the nearest first."""

    field: str
    value: str
    lines: tuple[int, ...]
    proposals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """A record that changes. changes: field -> (before, after), as people read them."""

    line: int
    record_id: str
    changes: Mapping[str, tuple[str | None, str | None]]


@dataclass(frozen=True, slots=True)
class Report:
    """What an import would do, or did when it has a change set.

    lines: with something in them, the heading aside.  repeated: lines equal to an earlier one with the same key.
    columns: (heading, field).  ignored: headings that no field was found for.
    """

    lines: int
    created: int
    updated: tuple[Update, ...]
    unchanged: int
    repeated: int
    refused: tuple[Refusal, ...]
    unknown: tuple[Unknown, ...]
    columns: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]
    notes: tuple[str, ...]
    change_set: str | None = None

    @property
    def refused_lines(self) -> int:
        """How many lines can't go in, whatever the number of reasons."""
        return len({refusal.line for refusal in self.refused})


@dataclass(slots=True)
class Findings:
    """Collects, step by step, what speaks against lines."""

    refused: list[Refusal] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lines: set[int] = field(default_factory=set)

    def refuse(self, line: int, field_name: str | None, reason: str) -> None:
        """Keeps why a line can't go in."""
        self.refused.append(Refusal(line, field_name, reason))
        self.lines.add(line)
