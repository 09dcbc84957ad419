"""A record's form as a page shows it: inputs, what is wrong, and the hidden fields that make saving safe."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from services.forms.inputs import Input, make_inputs
from services.records.table import Table
from services.shared.caller import Runner
from services.shared.errors import Forbidden, KeyReused, SkepError

__all__ = ["Fault", "FormView", "make_form", "new_form_key"]

_REUSED = "This form was saved already, and has been changed since. Save again if you want both."
_FORBIDDEN = "Nothing was saved: your role, or whose record this is, does not allow it."


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the summary above a form. target: the input's id, where there is one."""

    message: str
    label: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class FormView:
    """key: the idempotency key, so that sending twice saves once.  version: of the record that it was made of."""

    inputs: list[Input]
    faults: list[Fault]
    key: str
    version: int | None


def new_form_key() -> str:
    """A key for a form that nobody has sent yet."""
    return f"form-{secrets.token_urlsafe(18)}"


def make_form(
    run: Runner,
    table: Table,
    typed: Mapping[str, str],
    *,
    version: int | None = None,
    key: str | None = None,
    error: SkepError | None = None,
) -> FormView:
    """The form with what was typed, and with what the engine said about it."""
    inputs = make_inputs(run, table, typed, error.errors if error else ())
    used = isinstance(error, KeyReused)
    return FormView(
        inputs,
        _faults(table, error) if error else [],
        new_form_key() if key is None or used else key,
        version,
    )


def _faults(table: Table, error: SkepError) -> list[Fault]:
    if not error.errors:
        return [Fault(_sentence(error))]
    return [
        Fault(e["message"], table.fields[e["field"]].label, f"field-{e['field']}")
        if e["field"] in table.writable
        else Fault(f"{e['field']}: {e['message']}")
        for e in error.errors
    ]


def _sentence(error: SkepError) -> str:
    if isinstance(error, KeyReused):
        return _REUSED
    if isinstance(error, Forbidden) and error.detail == (Forbidden.__doc__ or "").strip():
        return _FORBIDDEN
    return error.detail
