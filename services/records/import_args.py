"""An import as a REST body and a job's args say it, and its report as both give it.

Args: {"table", "file", "apply", "key", "columns", "replacements", "dates", "null", "sheet"}, from key as in the body.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from services.records.importing.options import Options, Replacement
from services.records.importing.report import Report
from services.shared.errors import Invalid

__all__ = ["ANSWER_BYTES", "fit_report", "is_text", "read_options", "refuse_lines", "write_options"]

ERRORS = 100
"""Refusals that a problem document has among its errors; its report has more."""
ANSWER_BYTES = 5_000_000
"""What an answer has room for, which Lambda bounds to 6 MB, the rest of a problem or a job included."""
LIST_LENGTHS = (20_000, 5_000, 500, 50)
MAX_OPTIONS_BYTES = 32_768
"""A job shows its args, and what shows it must fit into what is kept with an idempotency key."""
DATES = ("MDY", "DMY")


def refuse_lines(report: Report, told: dict[str, Any]) -> None:
    """Ends an import that was to be made and has lines that can't go in. Raises Invalid, which has the report."""
    if not report.refused:
        return
    count = report.refused_lines
    raise Invalid(
        f"{count:,} {'line' if count == 1 else 'lines'} can't go in, so nothing was changed.",
        errors=[{"field": r.field or "", "message": f"Line {r.line}: {r.reason}"} for r in report.refused[:ERRORS]],
        report=told,
    )


def fit_report(told: dict[str, Any], most_bytes: int) -> dict[str, Any]:
    """A report that has at most so many bytes in an answer: with shorter lists, or none at all."""
    for most in LIST_LENGTHS:
        fitting = {name: value[:most] if isinstance(value, list) else value for name, value in told.items()}
        if len(json.dumps(orjson.dumps(fitting).decode())) <= most_bytes:  # Lambda has it as a text in JSON
            return fitting
    return {name: [] if isinstance(value, list) else value for name, value in told.items()}


def write_options(options: Options) -> dict[str, Any]:
    """Options as read_options takes them."""
    replacements = [(r.field, *r.text.split("=", 1)) for r in options.replacements]
    return {
        "key": list(options.key),
        "columns": dict(options.columns),
        "replacements": [{"field": field, "old": old, "new": new} for field, old, new in replacements],
        "dates": options.dates,
        "null": options.null,
        "sheet": options.sheet,
    }


def read_options(asked: Mapping[str, Any]) -> Options:
    """The options that a JSON body or a job's args give. Raises Invalid naming the member."""
    key, columns, replacements = asked.get("key"), asked.get("columns"), asked.get("replacements")
    dates = asked.get("dates")
    if not _is_texts(key):
        raise _wrong("key", "This must be a list of fields.")
    if columns is not None and not (isinstance(columns, dict) and _is_texts([*columns, *columns.values()])):
        raise _wrong("columns", "This must be an object of headings, each with its field.")
    if dates not in (None, *DATES):
        raise _wrong("dates", f"This must be {' or '.join(DATES)}.")
    for name in ("null", "sheet"):
        if asked.get(name) is not None and not is_text(asked[name]):
            raise _wrong(name, "This must be a text.")
    given = Options(
        key=tuple(key or ()),
        columns=tuple((columns or {}).items()),
        replacements=tuple(_replacement(given) for given in _list(replacements)),
        dates=dates,
        null=asked.get("null"),
        sheet=asked.get("sheet"),
    )
    if len(orjson.dumps(write_options(given))) > MAX_OPTIONS_BYTES:
        raise Invalid("The options have more than 32 KB together, which is more than a file needs.")
    return given


def _replacement(given: Any) -> Replacement:
    if not isinstance(given, dict) or set(given) != {"field", "old", "new"} or not _is_texts(list(given.values())):
        raise _wrong("replacements", "Each must be an object of the texts field, old and new.")
    if not given["field"].strip() or not given["old"].strip():
        raise _wrong("replacements", "The field and the old value can't be empty.")
    return Replacement(given["field"], f"{given['old']}={given['new']}")


def _list(given: Any) -> list[Any]:
    if given is not None and not isinstance(given, list):
        raise _wrong("replacements", "This must be a list.")
    return given or []


def _is_texts(given: Any) -> bool:
    return given is None or (isinstance(given, list) and all(is_text(text) for text in given))


def is_text(given: Any) -> bool:
    """Whether it is a text that Postgres keeps: without NUL and halves of characters."""
    return isinstance(given, str) and "\0" not in given and not any("\ud800" <= c <= "\udfff" for c in given)


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(errors=[{"field": field, "message": message}])
