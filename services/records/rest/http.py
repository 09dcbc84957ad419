"""The parts of HTTP that the resources share: parameters, bodies, preconditions, answers."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from flask import Response, request

from services.records.exactly_once import Answer, make_key
from services.records.jobs import announce_job
from services.shared.caller import Key
from services.shared.errors import BadRequest, Invalid, NotFound, UnsupportedMediaType
from services.shared.json_input import read_json
from services.shared.web import json_answer, service

__all__ = [
    "answer_with",
    "check_parameters",
    "flag",
    "idempotency_key",
    "if_match",
    "is_id",
    "json_body",
    "known_id",
    "not_modified",
    "parameter",
    "whole_number",
]

_ID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_ETAG = re.compile(r'"([0-9]{1,9})"')


def check_parameters(known: Collection[str]) -> None:
    """Refuses a query parameter that is not among the known. Raises BadRequest."""
    if not request.query_string:
        return
    for given in request.args:
        if given not in known:
            names = ", ".join(sorted(known)) or "none"
            raise BadRequest(
                f"There is no parameter {given[:80]!r} here; there is {names}.",
                errors=[{"field": given[:80], "message": "There is no such parameter."}],
            )


def parameter(name: str) -> str | None:
    """A query parameter that may be given once. Raises BadRequest for the second."""
    values = request.args.getlist(name)
    if len(values) > 1:
        raise BadRequest(f"{name} may be given once.", errors=[{"field": name, "message": "Give this once."}])
    return values[0] if values else None


def whole_number(name: str, default: int, *, least: int = 1, most: int = 200) -> int:
    """A query parameter that is a whole number within bounds. Raises Invalid."""
    text = parameter(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or not least <= int(text) <= most:
        raise Invalid(errors=[{"field": name, "message": f"This must be a whole number from {least} to {most}."}])
    return int(text)


def flag(name: str) -> bool:
    """A query parameter that is true or false, false without it. Raises Invalid."""
    text = parameter(name)
    if text not in (None, "true", "false"):
        raise Invalid(errors=[{"field": name, "message": "This must be true or false."}])
    return text == "true"


def is_id(given: str) -> bool:
    """Whether a text is an id."""
    return bool(_ID.fullmatch(given))


def known_id(given: str) -> str:
    """An id of a path. Raises NotFound for what is no id: there can be no such record."""
    if not is_id(given):
        raise NotFound()
    return given


def json_body(*, patch: bool = False) -> Any:
    """The body. Raises UnsupportedMediaType or BadRequest."""
    allowed = ("application/json", "application/merge-patch+json") if patch else ("application/json",)
    if request.mimetype not in allowed:
        raise UnsupportedMediaType(f"The body must be {' or '.join(allowed)}.", headers={"Accept": ", ".join(allowed)})
    return read_json(request.get_data())


def idempotency_key() -> Key | None:
    """The key that a write carries, bound to this very request."""
    name = request.headers.get("Idempotency-Key")
    if name is None:
        return None
    parts: list[str | bytes] = [request.method, request.path, request.headers.get("If-Match", ""), request.get_data()]
    if request.query_string:
        parts.append(request.query_string)
    return make_key(name, *parts)


def if_match() -> int | None:
    """The version that If-Match demands; None when any will do. Raises BadRequest."""
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    match = _ETAG.fullmatch(given.strip().removeprefix("W/"))
    if not match or int(match[1]) > 2_147_483_647:
        raise BadRequest('If-Match takes the ETag that you were given, such as "3".')
    return int(match[1])


def not_modified(etag: str) -> Response | None:
    """The answer 304 when the caller has this version already."""
    given = request.headers.get("If-None-Match")
    if given is None:
        return None
    known = [tag.strip().removeprefix("W/") for tag in given.split(",")]
    return Response(status=304, headers={"ETag": etag}) if etag in known or "*" in known else None


def answer_with(answer: Answer) -> Response:
    """A write's answer, with its change set. A job that was accepted is announced, now that it is in the database."""
    headers = dict(answer.headers)
    if answer.status == 202:
        announce_job(service().work_queue, answer.body["id"])
    if "Location" in headers:
        headers["Location"] = request.script_root + headers["Location"]
    if answer.change_set:
        headers["Change-Set"] = answer.change_set
    if answer.replayed:
        headers["Idempotent-Replayed"] = "true"
    if answer.status == 204:
        return Response(status=204, headers=headers)
    return json_answer(answer.body, answer.status, headers)
