"""The log line as metrics: CloudWatch Embedded Metric Format, which CloudWatch Logs reads and turns into metrics.

Source: "Specification: Embedded metric format", Amazon CloudWatch user guide.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

import orjson

__all__ = ["NAMESPACE", "REQUEST", "TASK", "LogLine"]

NAMESPACE = "Skep"
_DIMENSIONS = [["service", "function_version"], ["service"]]
"""By version, so that a canary's alarm sees the new code alone; and over all versions, for the long view."""


class LogLine:
    """A kind of line whose fields are metrics: `metrics` has their CloudWatch units by the fields' names."""

    def __init__(self, metrics: Mapping[str, str]) -> None:
        self.metrics = metrics
        directive = {
            "Namespace": NAMESPACE,
            "Dimensions": _DIMENSIONS,
            "Metrics": [{"Name": name, "Unit": unit} for name, unit in metrics.items()],
        }
        # All but the time is the same in each line: it is put together from text, which costs a microsecond.
        self._end = ',"CloudWatchMetrics":' + orjson.dumps([directive]).decode() + "}}\n"

    def write(self, fields: dict[str, Any]) -> None:
        """Writes the line, one JSON object, to standard output.

        fields: with every metric as a number, and service and function_version as text.
        """
        # One write: Lambda makes a log event of each, and in a half one CloudWatch would find no metric.
        text = orjson.dumps(fields).decode()
        sys.stdout.write(f'{text[:-1]},"_aws":{{"Timestamp":{int(time.time() * 1000)}{self._end}')


REQUEST = LogLine({"http_5xx": "Count", "http_4xx": "Count", "duration_ms": "Milliseconds", "cold_start": "Count"})
"""A request's. Flask answers 500 to what goes wrong, and Lambda counts no error: alarms read http_5xx."""

TASK = LogLine({"duration_ms": "Milliseconds", "cold_start": "Count", "failed": "Count"})
"""A task's, of a service that no request reaches. failed: jobs or messages; a task that fails is Lambda's error."""
