"""A handler for the tests of the Runtime API: a small Flask app behind the real adapter."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

from services.shared.lambda_adapter import make_handler

app = Flask("sample")


@app.post("/v1/echo")
def echo() -> Any:
    """Say what arrived, and that Lambda's context did."""
    context = request.environ["skep.lambda_context"]
    response = Response(request.get_data(), content_type=request.content_type)
    response.headers["X-Args"] = ",".join(request.args.getlist("tag"))
    response.headers["X-Function"] = context.function_name
    response.headers["X-Has-Time"] = str(0 < context.get_remaining_time_in_millis() <= 29_000)
    if "Content-Encoding" in request.headers:
        response.headers["Content-Encoding"] = request.headers["Content-Encoding"]
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


handler = make_handler(app)


def broken_handler(event: dict[str, Any], context: object) -> None:
    """Fail, as a handler with a defect would."""
    raise LookupError(f"no {event['wanted']}")
