"""Results for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bench import cloud, images
from tests.bench.measure import Pairs

__all__ = ["GOALS", "GOALS_OF_ALL", "as_json", "as_text", "put_into"]

GOALS = {
    "warm": {"the stack itself GET": 3.4, "the stack itself POST": 4.2, "the stack itself page": 1.2},
    "cold": {"our handler": 1.1},
}
"""What must hold, as ratios, by part and line."""
LEAST_IMPORT_SPEED, MOST_IMPORT_MB = 0.4, 512
GOALS_OF_ALL = {"depth": 1.15, "roles": 3.0}
"""What must hold for every line of a part."""


def as_json(found: Any) -> Any:
    """The results as JSON can have them."""
    if isinstance(found, Pairs):
        return found.as_json()
    return {key: as_json(value) for key, value in found.items()} if isinstance(found, dict) else found


def as_text(name: str, found: Any) -> str:
    """One part's results as a table."""
    if name == "cold":
        lines = [_cold_line(program, times) for program, times in found.items()]
    elif name == "images":
        lines = images.as_lines(found)
    elif name == "cloud":
        lines = cloud.as_lines(found)
    elif name == "import":
        lines = [_import_line(label, found[label]) for label in found]
    elif name == "round trips":
        lines = [f"  {call:40}{count:6}" for call, count in found.items()]
    else:
        lines = [_line(name, label, pairs) for label, pairs in _flat(found)]
    return "\n".join([f"{name}", _HEADS.get(name, ""), *lines, ""])


def put_into(text: str, name: str, table: str) -> str:
    """The text with a part's table between its two marks, `<!-- name -->` and `<!-- end of name -->`.

    Raises ValueError where the marks are missing.
    """
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"there is no {begin} … {end}")
    lines = [line for line in table.splitlines()[1:] if line.strip()]
    return "\n".join([f"{before}{begin}", "", "```text", *lines, "```", "", f"{end}{after}"])


_WARM_HEAD = (
    f"  {'':40}{'CPU x':>8}{'quartiles':>17}{'p50 x':>8}{'quartiles':>17}{'p50 us':>10}{'to us':>10}{'p99 us':>10}"
)
_HEADS = {
    "warm": _WARM_HEAD,
    "fair": _WARM_HEAD,
    "depth": _WARM_HEAD,
    "roles": _WARM_HEAD,
    "cold": f"  {'':40}{'CPU x':>8}{'quartiles':>17}{'CPU ms':>10}{'wall x':>8}{'process x':>10}{'process ms':>11}",
    "round trips": f"  {'':40}{'count':>6}",
    "images": images.HEAD,
    "cloud": cloud.HEAD,
    "import": f"  {'':40}{'CPU x':>8}{'range':>17}{'wall x':>8}{'s':>8}{'COPY s':>8}{'peak MB':>9}",
}


def _flat(found: Any, label: str = "") -> Iterator[tuple[str, Pairs]]:
    for key, value in found.items():
        name = f"{label} {key}".strip()
        if isinstance(value, Pairs):
            yield name, value
        else:
            yield from _flat(value, name)


def _line(part: str, label: str, pairs: Pairs) -> str:
    limit = GOALS_OF_ALL.get(part) or GOALS.get(part, {}).get(label)
    return (
        f"  {label:40}{pairs.cpu:8.2f}{_range(pairs.cpu_quartiles):>17}{pairs.wall:8.2f}"
        f"{_range(pairs.wall_quartiles):>17}{pairs.subject_us:10.0f}{pairs.yardstick_us:10.0f}"
        f"{pairs.subject_p99_us:10.0f}{_verdict(pairs.cpu, limit)}"
    )


def _cold_line(program: str, times: dict[str, Any]) -> str:
    limit = GOALS["cold"].get(program)
    return (
        f"  {program:40}{times['cpu']:8.2f}{_range(times['cpu_quartiles']):>17}{times['cpu_ms']:10.1f}"
        f"{times['wall']:8.2f}{times['process']:10.2f}{times['process_ms']:11.1f}{_verdict(times['cpu'], limit)}"
    )


def _import_line(label: str, found: dict[str, Any]) -> str:
    met = found["cpu"] >= LEAST_IMPORT_SPEED and found["peak_mb"] <= MOST_IMPORT_MB
    return (
        f"  {label:40}{found['cpu']:8.2f}{_range(found['cpu_range']):>17}{found['wall']:8.2f}{found['seconds']:8.1f}"
        f"{found['copy_seconds']:8.1f}{found['peak_mb']:9}"
        f"  goals {LEAST_IMPORT_SPEED} and {MOST_IMPORT_MB} MB {'met' if met else 'MISSED'}"
    )


def _verdict(ratio: float, limit: float | None) -> str:
    return "" if limit is None else f"  goal {limit} {'met' if ratio <= limit else 'MISSED'}"


def _range(quartiles: Any) -> str:
    return f"{quartiles[0]:.2f} to {quartiles[1]:.2f}"
