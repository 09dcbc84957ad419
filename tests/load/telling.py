"""A run in a terminal: phases, endpoints, what did not hold, and what has to be known to read it."""

from __future__ import annotations

from tests.load.k6 import Report

__all__ = ["tell"]


def tell(report: Report) -> None:
    """Prints it."""
    print(f"\n{report['journey']}, {report['workload']}, against {report['target']}: {report['seconds']} s")
    print(_line("phase", "journeys/s", "requests/s", "p50 ms", "p95 ms", "p99 ms", "failed", "throttled", "dropped"))
    for phase in report["phases"]:
        if phase["state"] == "not reached":
            print(_line(phase["name"], f"{phase['journeys_per_second']:.1f}", "not reached"))
            continue
        rate = phase["requests_per_second"]
        told = "cut short" if rate is None else f"{rate:.1f}"
        print(_line(phase["name"], f"{phase['journeys_per_second']:.1f}", told, *_times(phase), *_counts(phase)))
    for phase in report["phases"]:
        if phase["judge"] == "endpoints" and phase["requests"]:
            _tell_endpoints(phase)
    for note in report["notes"]:
        print(f"  {note}")
    for rule in report["failed"]:
        print(f"FAILED {rule['phase']}, {rule['endpoint'] or 'all endpoints'}: {rule['said']}; it was {rule['was']}")


def _tell_endpoints(phase: Report) -> None:
    print(f"\n{_line(phase['name'], 'requests', '', 'p50 ms', 'p95 ms', 'p99 ms', 'failed', 'throttled')}")
    for one in phase["endpoints"]:
        print(_line(one["name"], str(one["requests"]), "", *_times(one), str(one["failed"]), str(one["throttled"])))


def _times(figures: Report) -> list[str]:
    return [f"{figures[name]:.1f}" for name in ("p50", "p95", "p99")]


def _counts(figures: Report) -> list[str]:
    return [str(figures[name]) for name in ("failed", "throttled", "dropped")]


def _line(name: str, *cells: str) -> str:
    return f"  {name:<20}" + "".join(f"{cell:>12}" for cell in cells)
