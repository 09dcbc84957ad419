"""What stands in the way of an undo, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from services.forms.titles import find_titles
from services.forms.visitor import Visitor
from services.registry import TABLES

__all__ = ["Obstacle", "list_obstacles"]

SHOWN = 200
_REASONS = {
    "changed_since": "changed since",
    "forbidden": "not yours to change",
    "constraint": "would clash with another record",
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What an undo would overwrite. url: the record's, if the visitor sees it."""

    title: str
    reason: str
    url: str | None


def list_obstacles(visitor: Visitor, conflicts: Sequence[Mapping[str, Any]]) -> list[Obstacle]:
    """The first conflicts of an undo, as undo_change_set gives them."""
    known = [c for c in conflicts if c["table"] in TABLES][:SHOWN]
    titles = find_titles(visitor.caller, [(c["table"], c["id"]) for c in known])
    return [_obstacle(c, titles.get(c["table"], {}).get(c["id"])) for c in known]


def _obstacle(conflict: Mapping[str, Any], title: str | None) -> Obstacle:
    table = TABLES[conflict["table"]]
    reason = _REASONS.get(conflict["reason"], conflict["reason"])
    labels = [table.fields[f].label for f in conflict.get("fields", ()) if f in table.fields]
    reason += f" ({', '.join(labels)})" if labels else ""
    url = url_for("record", table=table.name, record_id=conflict["id"]) if title else None
    return Obstacle(title or f"{table.singular} {conflict['id'][-6:]}", reason, url)
