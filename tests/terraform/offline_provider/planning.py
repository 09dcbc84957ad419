"""Plans one change from schema and Spec. Terraform asks twice and compares: the answer depends on its input alone."""

from __future__ import annotations

from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.merging import is_same_json
from tests.terraform.offline_provider.spec import Spec, words
from tests.terraform.offline_provider.values import UNKNOWN, Block, State, normalize

__all__ = ["differing", "plan"]

UNTOUCHED = frozenset({"tags", "tags_all", "timeouts", "id"})
"""What never makes a resource anew, whatever its Spec says."""


def plan(
    context: Context, spec: Spec, block: Block, *, prior: State | None, proposed: State, config: State
) -> tuple[State, list[str]]:
    """The planned state, and the names whose change makes the resource anew."""
    planned = dict(proposed)
    _fill_attributes(context, spec, block, prior=prior, planned=planned, config=config)
    if "tags_all" in block["attributes"]:
        planned["tags_all"] = _tags_all(context, prior, config)
    if prior is None:
        _open_blocks(block, planned)
    else:
        _keep(spec, block, prior, planned, config)
    planned = normalize(block, planned)
    if spec.plan:
        spec.plan(prior, planned, config, differing(prior, planned))
        planned = normalize(block, planned)
    changed = differing(prior, planned) - {"timeouts"}
    if prior is None:
        return planned, []
    if not changed:
        return (planned if planned.get("timeouts") != prior.get("timeouts") else prior), []
    return planned, sorted(changed & _replacing(spec, block))


def differing(prior: State | None, planned: State) -> set[str]:
    """The names whose values differ; none when there is nothing to compare with."""
    return set() if prior is None else {name for name in planned if planned[name] != prior.get(name)}


def _fill_attributes(
    context: Context, spec: Spec, block: Block, *, prior: State | None, planned: State, config: State
) -> None:
    """Gives what the configuration leaves out: a default, the region, or "known after apply"."""
    for name, entry in block["attributes"].items():
        if entry.get("write_only"):
            planned[name] = None  # Terraform proposes the value, and refuses a plan that has it
        elif config.get(name) is None and planned.get(name) is None:
            if name in spec.defaults:
                planned[name] = spec.defaults[name]
            elif name == "region":
                planned[name] = context.region
            elif prior is None and entry.get("computed"):
                planned[name] = UNKNOWN


def _open_blocks(block: Block, planned: State) -> None:
    """What AWS computes inside of blocks isn't known at creation."""
    for name, entry in block["block_types"].items():
        inner = planned.get(name)
        for each in inner if isinstance(inner, list) else []:
            for attribute, kind in entry["block"]["attributes"].items():
                if kind.get("computed") and not kind.get("optional") and each.get(attribute) is None:
                    each[attribute] = UNKNOWN
            _open_blocks(entry["block"], each)


def _keep(spec: Spec, block: Block, prior: State, planned: State, config: State) -> None:
    """Keeps what is the same in another spelling, and blocks that AWS fills in when the configuration has none."""
    for name in block["attributes"]:
        if is_same_json(prior.get(name), planned.get(name)):
            planned[name] = prior[name]
    for name in words(spec.kept):
        if not config.get(name):
            planned[name] = prior.get(name)


def _tags_all(context: Context, prior: State | None, config: State) -> Any:
    """The resource's own tags over the provider's; null stays null when there are none."""
    tags = config.get("tags")
    if tags is UNKNOWN:
        return UNKNOWN
    together = {**context.default_tags, **(tags or {})}
    return together or (None if prior is None or prior.get("tags_all") is None else {})


def _replacing(spec: Spec, block: Block) -> frozenset[str]:
    if spec.replace != "*":
        return words(spec.replace) | {"region"}
    arguments = {name for name, entry in block["attributes"].items() if entry.get("required") or entry.get("optional")}
    return frozenset(arguments | set(block["block_types"])) - UNTOUCHED - words(spec.quiet)
