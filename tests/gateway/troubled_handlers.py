"""Handlers that do what Lambda has to live with: they hang, end, crash, answer too much, begin badly."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

_seen: list[Any] = []


def tell(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer with all that Lambda told, and how many events came before."""
    _seen.append(event)
    return {
        "event": event,
        "count": len(_seen),
        "pid": os.getpid(),
        "request_id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "version": context.function_version,
        "name": context.function_name,
        "memory_mb": int(context.memory_limit_in_mb),
        "log_group": context.log_group_name,
        "log_stream": context.log_stream_name,
        "client_context": context.client_context,
        "left_ms": context.get_remaining_time_in_millis(),
        "trace_id": os.environ.get("_X_AMZN_TRACE_ID"),
        "environment": {name: value for name, value in os.environ.items() if name.startswith(("AWS_", "SKEP_"))},
    }


def act(event: dict[str, Any], _context: Any) -> Any:
    """Do what the event says."""
    match event:
        case {"sleep": seconds}:
            time.sleep(seconds)
        case {"exit": status}:
            os._exit(status)
        case {"signal": name}:
            os.kill(os.getpid(), getattr(signal, name))
        case {"answer_bytes": count}:
            return "x" * (count - 2)  # JSON's two quotes are counted
        case {"raise": message}:
            raise LookupError(message)
        case {"print": text}:
            print(text)  # noqa: T201
    return {"pid": os.getpid()}
