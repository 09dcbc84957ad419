"""What Lambda knows of a function and of one invocation, and tells the process in its environment and headers."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

__all__ = ["ACCOUNT_ID", "Call", "FunctionSettings"]

ACCOUNT_ID = "000000000000"
"""Stands for this machine."""


@dataclass(frozen=True)
class FunctionSettings:
    """A function as it was made. version: what the code is told it runs as."""

    name: str = "skep-function"
    version: str = "$LATEST"
    memory_mb: int = 512
    timeout_seconds: float = 25.0
    region: str = "eu-west-1"
    account_id: str = ACCOUNT_ID

    def arn(self, qualifier: str | None = None) -> str:
        """The ARN; qualifier: an alias or a version."""
        arn = f"arn:aws:lambda:{self.region}:{self.account_id}:function:{self.name}"
        return f"{arn}:{qualifier}" if qualifier else arn

    def environment(self) -> dict[str, str]:
        """The variables that Lambda sets in a new environment of a container image's function, without the address.

        Source: "Defined runtime environment variables", AWS Lambda developer guide.
        """
        day = datetime.now(UTC).strftime("%Y/%m/%d")
        return {
            "AWS_DEFAULT_REGION": self.region,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb),
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": self.version,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"{day}/[{self.version}]{uuid.uuid4().hex}",
            "AWS_REGION": self.region,
            "TZ": ":UTC",
        }


def _make_trace_id() -> str:
    return f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=0"


@dataclass(frozen=True)
class Call:
    """One invocation: its id, the alias or version that was asked for, the trace that it belongs to."""

    qualifier: str | None = None
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    trace_id: str = field(default_factory=_make_trace_id)
