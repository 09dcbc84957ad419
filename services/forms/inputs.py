"""A table's form: one input a field, from the Table definition alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.forms.choices import Choices, Loader, Option
from services.forms.shown import HIDDEN
from services.forms.titles import find_titles, is_id
from services.records.fields import Boolean, Link, Money
from services.records.table import Table
from services.shared.caller import Runner
from services.shared.errors import FieldError

__all__ = ["Input", "make_inputs", "typed_of"]

MAX_ECHO = 50_000
"""More than any field takes: a page that shows what was typed must not grow beyond what Lambda answers."""


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form. kind: the widget's macro; value: as typed; currency: the amount's second part."""

    name: str
    label: str
    kind: str
    value: str
    required: bool
    help: str | None = None
    error: str | None = None
    options: tuple[Option, ...] = ()
    currency: Input | None = None


def typed_of(table: Table, record: Mapping[str, Any]) -> dict[str, str]:
    """A record's writable fields as a person would have typed them; links by id."""
    return {name: _typed(record.get(name)) for name in table.writable}


def _typed(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def make_inputs(run: Runner, table: Table, typed: Mapping[str, str], errors: Iterable[FieldError] = ()) -> list[Input]:
    """The inputs of a form that holds what was typed, with what is wrong beside each."""
    choices = Loader(run).load(table.writable)
    sentences = {error["field"]: error["message"] for error in reversed(list(errors))}
    links = {name: field.to for name, field in table.writable.items() if isinstance(field, Link)}
    titles = find_titles(run, [(to, typed[n]) for n, to in links.items() if is_id(typed.get(n))])
    made = {}
    for name, field in table.writable.items():
        known = titles.get(field.to, {}) if isinstance(field, Link) else {}
        value = typed.get(name, "")[:MAX_ECHO]
        blank = Input(
            name=name,
            label=field.label,
            kind=field.widget,
            value=value,
            required=not field.nullable and not isinstance(field, Boolean),
            help=field.help,
            error=sentences.get(name),
        )
        made[name] = _fill(blank, choices.get(name), known, is_link=isinstance(field, Link))
    return _with_currencies(table, made)


def _fill(made: Input, choices: Choices | None, titles: Mapping[str, str], *, is_link: bool) -> Input:
    value = made.value
    if choices is None:
        return _plain(made)
    if choices.typed:
        # A title is typed; the id of a record that has none for these eyes stays as it is.
        return replace(made, kind="combo", value=titles.get(value, value), options=choices.options)
    options = choices.options
    if value and all(option.value != value for option in options):
        label = titles.get(value, HIDDEN) if is_link and is_id(value) else value
        options = (Option(value, label), *options)
    return replace(made, kind="select", options=options)


def _plain(made: Input) -> Input:
    if made.kind == "date" and made.value and not _is_date(made.value):
        return replace(made, kind="text")  # a date input would not show what was typed
    return made


def _is_date(value: str) -> bool:
    return len(value) == 10 and value[4] == value[7] == "-" and value.replace("-", "").isdigit()


def _with_currencies(table: Table, made: dict[str, Input]) -> list[Input]:
    """Puts a currency beside the first amount that it is for."""
    for name, field in table.writable.items():
        if isinstance(field, Money) and field.currency_field in made:
            made[name] = replace(made[name], currency=made.pop(field.currency_field))
    return list(made.values())
