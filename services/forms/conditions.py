"""The filters of a list's address, in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.forms.shown import HIDDEN
from services.forms.titles import find_titles, is_id
from services.records.fields import Link
from services.records.table import Table
from services.shared.caller import Runner

__all__ = ["Chip", "describe_filters"]

_FILTER = re.compile(r"([a-z][a-z0-9_]*)\[([a-z_]+)\]=(.*)", re.DOTALL)
_WORDS = {
    "eq": "is",
    "ne": "is not",
    "lt": "is below",
    "le": "is at most",
    "gt": "is above",
    "ge": "is at least",
    "in": "is one of",
    "contains": "contains",
    "starts": "starts with",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in words. given: as the address has it; url: the list without it."""

    given: str
    text: str
    url: str


def describe_filters(run: Runner, table: Table, filters: Sequence[str], urls: Sequence[str]) -> list[Chip]:
    """A chip for each filter; they must have been compiled already, so that all are well-formed."""
    parts = [match.groups() for match in map(_FILTER.fullmatch, filters) if match]
    links = {name: f.to for name, f in table.fields.items() if isinstance(f, Link)}
    titles = find_titles(run, [(links[n], v) for n, _, v in parts if n in links and is_id(v)])
    chips = []
    for given, (name, operator, value), url in zip(filters, parts, urls, strict=True):
        shown = titles.get(links[name], {}).get(value, HIDDEN) if name in links and is_id(value) else value
        label = table.fields[name].label
        if operator == "is_null":
            text = f"{label} is {'empty' if value == 'true' else 'not empty'}"
        else:
            text = f"{label} {_WORDS[operator]} {shown[:80]}"
        chips.append(Chip(given, text, url))
    return chips
