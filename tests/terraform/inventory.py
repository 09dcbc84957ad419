"""What an environment consists of, as a text that a person reads and git compares: each resource with what we set.

What AWS or a mock adds by itself isn't in it: the plan doesn't know it, and no file of ours names it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

from tests.terraform.commands import Run
from tests.terraform.hcl import Block, list_blocks
from tests.terraform.places import ENVIRONMENTS, ROOT, TERRAFORM
from tests.terraform.policies import State, walk_resources
from tests.terraform.telling import tell_resource
from tests.terraform.workshop import Job

INVENTORIES = Path(__file__).parent / "inventories"
RELEASE = Path(__file__).with_name("release.json")
"""The images of a release that never was, for the tests of environments."""

FILE = "tests/inventory.tftest.hcl"
JOBS = {
    name: Job(f"environments/{name}", FILE) for name in ENVIRONMENTS if (TERRAFORM / "environments" / name).is_dir()
}
"""Environment -> the job that shows it planned and applied."""

RUNS = """\
mock_provider "aws" {
  source = "../../mocks"
}

variables {
  release      = { name = "inventory", revision = "0000000000000000000000000000000000000000" }
  release_file = "../../../tests/terraform/release.json"
}

run "planned" {
  command = plan
}

run "applied" {
  command = apply
}
"""

INSTANCE = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[\d+\]')
MADE_UP = re.compile(r"[a-z0-9]{8}")
"""What Terraform's mocks answer for an attribute without a default: another word for each."""

Names = tuple[str, ...]


def write_inputs(tree: Path) -> None:
    """Adds to a copy of terraform/ what its tests find elsewhere: a release, and in environments the runs above."""
    release = tree.parent / RELEASE.relative_to(ROOT)
    release.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(RELEASE, release)
    for job in JOBS.values():
        path = tree / job.folder / FILE
        path.parent.mkdir(exist_ok=True)
        path.write_text(RUNS, encoding="utf-8")


def render_inventory(environment: str, runs: list[Run]) -> str:
    """The environment's text, from the plan and the state of its job."""
    planned, applied = (one for one in runs if one.name in {"planned", "applied"})
    assert planned.plan, planned.said
    assert applied.state, applied.said
    plan = {change["address"]: change["change"]["after"] for change in planned.plan["resource_changes"]}
    resources = sorted(walk_resources(applied.state["root_module"]), key=lambda one: str(one["address"]))
    shown = {one["address"]: _pick_resource(environment, one, plan[one["address"]]) for one in resources}
    words = dict(_made_up(applied.state["root_module"], shown))
    told = [f"# {environment}: {len(resources)} resources. Written by `python -m tests.terraform --write`.\n"]
    for one in resources:
        certain = set(_words(plan[one["address"]]))
        told.append(tell_resource(one, _drop(shown[one["address"]], certain, words), words))
    return "\n".join(told)


def _pick_resource(environment: str, resource: State, planned: State) -> dict[str, Any]:
    named = set(_set_names(find_block(f"environments/{environment}", resource["address"]).body))
    picked = _pick(resource["values"], (), set(_names(planned)), named)
    return dict(picked)


def find_block(root: str, address: str) -> Block:
    """The block of a resource's address, through the modules that it stands in."""
    folder, parts = root, INSTANCE.sub("", address).split(".")
    while parts[0] == "module":
        call = next(one for one in list_blocks("module", parts[1], under=f"{folder}/") if _in(one, folder))
        folder = normpath(PurePosixPath(folder, call.body["source"]).as_posix())
        parts = parts[2:]
    return next(one for one in list_blocks("resource", *parts, under=f"{folder}/") if _in(one, folder))


def _in(block: Block, folder: str) -> bool:
    return PurePosixPath(block.file).parent.as_posix() == folder


def _names(value: Any, path: Names = ()) -> Iterator[Names]:
    """The way to each value that the plan knows, without the places in lists."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _names(one, (*path, key))
    elif isinstance(value, list):
        for one in value:
            yield from _names(one, path)
        if value and not isinstance(value[0], dict):
            yield path
    elif value is not None:
        yield path


def _set_names(body: dict[str, Any], path: Names = ()) -> Iterator[Names]:
    """The way to each attribute that a block sets, those of the blocks within it too."""
    for key, value in body.items():
        blocks = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
        if key == "dynamic":
            made = [(label, content) for one in blocks for label, content in one.items()]
            for label, content in made:
                for inner in content["content"]:
                    yield from _set_names(inner, (*path, label))
        elif blocks:
            for inner in blocks:
                yield from _set_names(inner, (*path, key))
        else:
            yield (*path, key)


def _pick(value: Any, path: Names, known: set[Names], named: set[Names]) -> Any:
    """The part of a value that was set: known to the plan, or named in a file. A made-up `false` or 0 is neither."""
    if isinstance(value, dict) and path not in named:
        picked = {key: _pick(one, (*path, key), known, named) for key, one in value.items()}
        return {key: one for key, one in picked.items() if one not in (None, "", [], {})}
    if isinstance(value, list) and value and isinstance(value[0], dict) and path not in named:
        return [one for one in (_pick(inner, path, known, named) for inner in value) if one]
    if path in known:
        return value
    return value if path in named and value not in (0, None) else None


def _drop(value: Any, certain: set[str], words: dict[str, str]) -> Any:
    """Without what was made up for an attribute that a file names and leaves null."""
    if isinstance(value, dict):
        kept = {key: _drop(one, certain, words) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one is not None}
    if isinstance(value, list):
        return [one for one in (_drop(inner, certain, words) for inner in value) if one is not None]
    made_up = isinstance(value, str) and MADE_UP.fullmatch(value) and value not in certain and value not in words
    return None if made_up else value


def _words(value: Any) -> Iterator[str]:
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _words(inner)
    if isinstance(value, str):
        yield value


def _made_up(module: State, shown: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Word -> the attribute that it was made up for: none that we set."""
    for resource in module.get("resources", ()):
        ours = shown.get(resource["address"], {})
        for name, value in sorted(resource["values"].items(), key=lambda item: item[0] == "id"):
            if resource["type"] == "terraform_data" and name == "id":
                yield value[:8], f"{resource['address']}.id"
            elif isinstance(value, str) and MADE_UP.fullmatch(value) and name not in ours:
                yield value, f"{resource['address']}.{name}"
    for inner in module.get("child_modules", ()):
        yield from _made_up(inner, shown)
