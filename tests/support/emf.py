"""What CloudWatch asks of a log line that is to become metrics: the schema and the rules of the Embedded Metric Format.

Source: "Specification: Embedded metric format", Amazon CloudWatch user guide; the units are those of MetricDatum.
"""

from __future__ import annotations

import json
import math
import time
from typing import Any, NamedTuple

UNITS = {
    *("Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"),
    *("Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "None"),
    *("Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Count/Second"),
}
MOST_METRICS, MOST_DIMENSIONS, MOST_NAME, MOST_DIMENSION_NAME = 100, 30, 1024, 250
MOST_BYTES = 1_048_576
"""What CloudWatch Logs takes in one event."""
TWO_WEEKS, TWO_HOURS = 14 * 86_400, 2 * 3_600


class Metric(NamedTuple):
    """One value that CloudWatch would keep."""

    namespace: str
    dimensions: dict[str, str]
    name: str
    unit: str
    value: float


def read_metrics(line: str) -> list[Metric]:
    """The metrics of a log line. Raises AssertionError where CloudWatch would drop it, or a part of it."""
    assert len(line.encode()) <= MOST_BYTES
    root = json.loads(line)
    told = root["_aws"]
    assert type(told["Timestamp"]) is int
    age_seconds = time.time() - told["Timestamp"] / 1000
    assert -TWO_HOURS < age_seconds < TWO_WEEKS
    assert isinstance(told["CloudWatchMetrics"], list)
    return [metric for directive in told["CloudWatchMetrics"] for metric in _read_directive(directive, root)]


def _read_directive(directive: dict[str, Any], root: dict[str, Any]) -> list[Metric]:
    namespace, sets, metrics = (directive[part] for part in ("Namespace", "Dimensions", "Metrics"))
    assert isinstance(namespace, str)
    assert 1 <= len(namespace) <= MOST_NAME
    assert not namespace.startswith("AWS/")
    assert sets
    assert 1 <= len(metrics) <= MOST_METRICS
    return [
        Metric(namespace, _read_dimensions(names, root), metric["Name"], _read_unit(metric), _read_value(metric, root))
        for names in sets
        for metric in metrics
    ]


def _read_dimensions(names: list[str], root: dict[str, Any]) -> dict[str, str]:
    assert 1 <= len(names) <= MOST_DIMENSIONS
    dimensions = {name: root[name] for name in names}
    for name, value in dimensions.items():
        assert 1 <= len(name) <= MOST_DIMENSION_NAME
        assert isinstance(value, str), f"{name} is {value!r}"
        assert value.strip()
        assert value.isascii()
        assert not value.startswith(":")
    return dimensions


def _read_unit(metric: dict[str, Any]) -> str:
    unit = metric.get("Unit", "None")
    assert unit in UNITS
    assert metric.get("StorageResolution", 60) in (1, 60)
    return str(unit)


def _read_value(metric: dict[str, Any], root: dict[str, Any]) -> float:
    value = root[metric["Name"]]
    assert type(value) in (int, float), f"{metric['Name']} is {value!r}"
    assert math.isfinite(value)
    return float(value)
