"""Which column is which field: by the field's name or label, or as the caller says."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.records.table import Table
from services.shared.errors import BadRequest

__all__ = ["Columns", "find_field", "find_near", "map_columns", "short_name"]

_GAPS = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field's values stand. places: field -> index of its column."""

    headings: tuple[str, ...]
    places: Mapping[str, int]

    @property
    def ignored(self) -> tuple[str, ...]:
        """The headings that no field was found for."""
        used = set(self.places.values())
        return tuple(h for place, h in enumerate(self.headings) if place not in used)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(heading, field), in the order of the file."""
        ordered = sorted(self.places.items(), key=lambda item: item[1])
        return tuple((self.headings[place], field) for field, place in ordered)

    def get_field(self, table: Table, text: str, use: str) -> str:
        """The field that a text names, by name, label or heading. Raises BadRequest when it has no column."""
        named = _field_names(table, by_id="id" in self.places).get(_plain(text))
        if named is not None and named in self.places:
            return named
        by_heading = [field for heading, field in self.pairs if _plain(heading) == _plain(text)]
        if by_heading:
            return by_heading[0]
        if named is not None:
            raise BadRequest(
                f"{use}: no column is mapped to the field {short_name(table, named)}. Map one with COLUMN:FIELD."
            )
        raise BadRequest(
            f"{use}: there is no field {text[:80]!r}. {_known(text, [short_name(table, f) for f in self.places])}"
        )


def map_columns(
    table: Table, headings: tuple[str, ...], given: Sequence[tuple[str, str]], *, key: Sequence[str] = ()
) -> Columns:
    """Finds the columns' fields; `given` pairs (heading, field) go before what names and labels say.

    An empty field leaves a column out. The column of ids is for nothing but the key. Raises BadRequest for a heading or
    field that is not there, and for two columns of one field.
    """
    names = _field_names(table, by_id=any(_plain(field) == "id" for field in key))
    places: dict[str, int] = {}
    settled: set[int] = set()
    for heading, field_text in given:
        place = _find_column(headings, heading)
        settled.add(place)
        if field_text.strip():
            _place(table, headings, places, _get_field(table, names, field_text), place)
    explicit = set(places)
    for place, heading in enumerate(headings):
        field = names.get(_plain(heading))
        if place not in settled and field is not None and field not in explicit:
            _place(table, headings, places, field, place)
    if not places:
        raise BadRequest(
            f"No column is a field of {table.label}. {_known('', [short_name(table, f) for f in table.writable])}"
        )
    return Columns(headings, places)


def find_field(table: Table, heading: str) -> str | None:
    """The field that a heading means by itself."""
    return _field_names(table).get(_plain(heading))


def find_near(text: str, candidates: Iterable[str], count: int = 3) -> list[str]:
    """The candidates that look most like a text, the nearest first; case does not matter."""
    by_folded: dict[str, list[str]] = {}
    for candidate in candidates:
        by_folded.setdefault(candidate.casefold(), []).append(candidate)
    near = difflib.get_close_matches(text[:200].casefold(), by_folded, count)
    return [candidate for folded in near for candidate in sorted(by_folded[folded])][:count]


def short_name(table: Table, field: str) -> str:
    """A field's name as people type it: customer, not customer_id."""
    return field.removesuffix("_id") if field in table.links else field


def _place(table: Table, headings: Sequence[str], places: dict[str, int], field: str, place: int) -> None:
    other = places.setdefault(field, place)
    if other != place:
        raise BadRequest(
            f"The columns {headings[other]!r} and {headings[place]!r} are both for the field "
            f"{short_name(table, field)}. Say which one with COLUMN:FIELD."
        )


def _field_names(table: Table, *, by_id: bool = False) -> dict[str, str]:
    names = {_plain(name): name for name in table.writable} | ({"id": "id"} if by_id else {})
    for name in table.writable:
        names.setdefault(_plain(name.removesuffix("_id")), name)
    for name, field in table.writable.items():
        names.setdefault(_plain(field.label), name)
    return names


def _find_column(headings: Sequence[str], text: str) -> int:
    exact = [place for place, heading in enumerate(headings) if heading == text.strip()]
    alike = [place for place, heading in enumerate(headings) if _plain(heading) == _plain(text)]
    if not (exact or alike):
        raise BadRequest(f"There is no column {text[:80]!r}. {_known(text, headings)}")
    return (exact or alike)[0]


def _get_field(table: Table, names: Mapping[str, str], text: str) -> str:
    if _plain(text) in names:
        return names[_plain(text)]
    if _plain(text) in table.fields:
        raise BadRequest(f"The field {text!r} of {table.label} can't be set.")
    raise BadRequest(
        f"{table.label} have no field {text[:80]!r}. {_known(text, [short_name(table, f) for f in table.writable])}"
    )


def _known(text: str, candidates: Sequence[str]) -> str:
    near = find_near(text, candidates, 1)
    return f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(candidates)}."


def _plain(text: str) -> str:
    return _GAPS.sub("_", text.strip().casefold()).strip("_")
