"""What the provider does without an emulator: sees whether one is named, cuts a long schema, plans what isn't there."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tests.terraform.offline_provider.values import UNKNOWN, Block, State, normalize

__all__ = ["keep_named", "names_endpoint", "plan_new"]


def names_endpoint(config: State, environment: Mapping[str, str]) -> bool:
    """Whether the provider block or the environment names an endpoint; if it may be called is decided elsewhere."""
    blocks = config.get("endpoints") or []
    if any(url is not None for block in blocks for url in block.values()):
        return True
    return any(value and name.startswith("AWS_ENDPOINT_URL") for name, value in environment.items())


def keep_named(block: Block, names: Collection[str]) -> Block:
    """The schema without the blocks whose names the code doesn't have: what it doesn't have, it doesn't use."""
    nested = {
        name: entry | {"block": keep_named(entry["block"], names)}
        for name, entry in block["block_types"].items()
        if name in names
    }
    return block | {"block_types": nested}


def plan_new(block: Block, prior: State | None, proposed: State | None) -> State | None:
    """The planned state: as proposed, with "known after apply" for what the provider fills in."""
    if proposed is None:
        return None
    planned: State = normalize(block, _fill(block, proposed) if prior is None else _clear(block, proposed))
    return planned


def _fill(block: Block, proposed: State) -> State:
    filled = _clear(block, proposed)
    for name, entry in block["attributes"].items():
        if entry.get("computed") and filled.get(name) is None:
            filled[name] = UNKNOWN
    for name, entry in block["block_types"].items():
        inner = filled.get(name)
        if isinstance(inner, list):
            filled[name] = [_fill(entry["block"], each) for each in inner]
        elif isinstance(inner, dict):
            filled[name] = _fill(entry["block"], inner)
    return filled


def _clear(block: Block, proposed: State) -> State:
    """Terraform proposes the values of write-only arguments, and refuses a plan that has them."""
    hidden = {name for name, entry in block["attributes"].items() if entry.get("write_only")}
    return {name: None if name in hidden else value for name, value in proposed.items()}
