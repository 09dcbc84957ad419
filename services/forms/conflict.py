"""An edit on a stale version: what was typed and what is there now, field by field, with a choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, url_for
from marshmallow import ValidationError

from services.forms.form_view import new_form_key
from services.forms.inputs import typed_of
from services.forms.pages import show_page
from services.forms.shown import HIDDEN
from services.forms.titles import Titles, find_titles, is_id, title_of
from services.forms.typed import KEEP, Sent, find_ids
from services.forms.visitor import Visitor
from services.records.changes import list_history
from services.records.fields import Boolean, Link
from services.records.table import Table

__all__ = ["show_conflict"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of which there are two values. keep_mine: which of them is proposed."""

    name: str
    choice_name: str
    label: str
    mine: str
    now: str
    keep_mine: bool


def show_conflict(visitor: Visitor, table: Table, current: Mapping[str, Any], sent: Sent) -> Response:
    """412 with both versions and a form that saves what is chosen."""
    now = typed_of(table, current)
    typed = find_ids(visitor.caller, table, sent.typed)
    base, people = _since(visitor, table, current, sent.version or 0)
    differing = [n for n in now if n in typed and not _is_alike(table, n, typed[n], now[n])]
    titles = _find_titles(visitor, table, people, [{n: typed[n] for n in differing}, now])
    choices = [
        Choice(
            name=n,
            choice_name=KEEP + n,
            label=table.fields[n].label,
            mine=_show(table, n, typed[n], titles),
            now=_show(table, n, now[n], titles),
            # What only the others have touched is theirs, unless the visitor says otherwise.
            keep_mine=not _is_alike(table, n, typed[n], base.get(n, now[n])),
        )
        for n in differing
    ]
    return show_page(
        "conflict",
        visitor,
        status=412,
        table=table,
        record_id=current["id"],
        title=title_of(table, current),
        who=sorted({titles.get("people", {}).get(p, "Somebody") for p in people}) or ["Somebody"],
        choices=choices,
        typed=typed,
        version=current["version"],
        key=new_form_key(),
        record_url=url_for("record", table=table.name, record_id=current["id"]),
    )


def _since(visitor: Visitor, table: Table, current: Mapping[str, Any], version: int) -> tuple[dict[str, str], set[str]]:
    """The values that others have replaced since a version, and who did: each change counts the version by one."""
    missed = min(max(current["version"] - version, 0), 200)
    base: dict[str, str] = {}
    people: set[str] = set()
    if missed == 0:
        return base, people
    entries, _ = list_history(visitor.caller, table, current["id"], None, missed)
    for entry in entries:  # newest first, so that the oldest value stays
        before = {n: change["before"] for n, change in entry.get("changes", {}).items()}
        base.update({n: text for n, text in typed_of(table, before).items() if n in before})
        if entry["person_id"]:
            people.add(entry["person_id"])
    return base, people


def _is_alike(table: Table, name: str, one: str, other: str) -> bool:
    field = table.fields[name]
    if isinstance(field, Boolean) or not one.strip() or not other.strip():
        return one.strip() == other.strip()
    try:
        # "1054" and "1054.00" are one amount; line ends differ between browser and database.
        return bool(field.read(one) == field.read(other))
    except ValidationError:
        return False


def _find_titles(visitor: Visitor, table: Table, people: set[str], sides: list[dict[str, str]]) -> Titles:
    links = {n: f.to for n, f in table.writable.items() if isinstance(f, Link)}
    wanted = [(links[n], text) for side in sides for n, text in side.items() if n in links and is_id(text)]
    return find_titles(visitor.caller, [*wanted, *(("people", person) for person in people)])


def _show(table: Table, name: str, text: str, titles: Titles) -> str:
    field = table.fields[name]
    if isinstance(field, Link) and is_id(text):
        return titles.get(field.to, {}).get(text, HIDDEN)
    if isinstance(field, Boolean):
        return "Yes" if text == "true" else "No"
    return text[:2_000]
