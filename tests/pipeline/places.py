"""Where the suite finds and leaves its files."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
HARNESS = HERE / "harness"
SCENARIOS = HERE / "scenarios"
STACKS = HERE / "stacks"
REPORT = ROOT / "build" / "junit-pipeline" / "pipeline.xml"
