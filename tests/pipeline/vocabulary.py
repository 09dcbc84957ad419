"""The allow-lists of vocabulary/, read."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from tests.pipeline.places import HERE

FOR_THE_HARNESS = ("sections", "options", "conditions", "steps", "symbols")


@cache
def load(name: str) -> Any:
    """One file of vocabulary/, by its name without .yaml."""
    return yaml.safe_load((HERE / "vocabulary" / f"{name}.yaml").read_text(encoding="utf-8"))


def load_for_harness() -> dict[str, Any]:
    """What the harness is begun with."""
    return {name: load(name) for name in FOR_THE_HARNESS}
