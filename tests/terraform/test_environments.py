"""Environments differ in their sizes and in their state's place, and in nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.local.catalog import read_catalog
from tests.architecture.tree import expect_none
from tests.terraform.hcl import list_blocks, list_files, read_blocks, walk
from tests.terraform.places import ENVIRONMENTS, TERRAFORM

SAME = ("main.tf", "outputs.tf", "terraform.tf", "variables.tf")
KEY = re.compile(r'key( *)= "environments/(\w+)/terraform\.tfstate"')


def test_every_environment_has_the_same_files() -> None:
    files = {name: sorted(path.name for path in _folder(name).iterdir() if path.is_file()) for name in ENVIRONMENTS}
    assert [one for one in files.values() if not set(one) >= {*SAME, "backend.tf", "terraform.tfvars"}] == []
    assert len({tuple(one) for one in files.values()}) == 1, files


@pytest.mark.parametrize("file", SAME)
def test_environments_are_the_same_code(file: str) -> None:
    assert len({(_folder(name) / file).read_bytes() for name in ENVIRONMENTS}) == 1


def test_backends_differ_in_the_key_alone() -> None:
    texts = {name: (_folder(name) / "backend.tf").read_text(encoding="utf-8") for name in ENVIRONMENTS}
    keys = {name: [key for _, key in KEY.findall(text)] for name, text in texts.items()}
    assert keys == {name: [name] for name in ENVIRONMENTS}
    assert len({KEY.sub("", text) for text in texts.values()}) == 1


def test_an_environment_is_one_call_of_one_module() -> None:
    for name in ENVIRONMENTS:
        blocks = [block for file in list_files(f"environments/{name}/") for block in read_blocks(file)]
        calls = [block.body["source"] for block in blocks if block.kind == "module"]
        assert calls == ["../../modules/platform"], name
        assert not [block.where for block in blocks if block.kind in {"resource", "data"}]


def test_tfvars_say_all_that_an_environment_has_to_say() -> None:
    """Each gives a value to every variable but the release's, which come with each release."""
    for name in ENVIRONMENTS:
        given = set(
            re.findall(r"^(\w+) *=", (_folder(name) / "terraform.tfvars").read_text(encoding="utf-8"), re.MULTILINE)
        )
        wanted = {one.labels[0] for one in list_blocks("variable", under=f"environments/{name}/")}
        assert wanted - given == {"release", "release_file"}, name
        assert given <= wanted, name


def test_adding_a_service_touches_no_file_of_terraforms() -> None:
    """No module names a service: what one needs stands in the catalog."""
    services = {name for name in read_catalog() if name not in {"migrations", "automations", "key_sync"}}
    expect_none(
        f"{block.where} {path}: {value}"
        for file in list_files("modules/platform/")
        for block in read_blocks(file)
        for path, value in walk(block.body)
        if isinstance(value, str) and (value in services or re.search(rf'"({"|".join(services)})"', value))
    )


def test_no_module_knows_which_environment_it_stands_in() -> None:
    """Sizes are variables. `production` alone is a word of modules: what it may not do without is validated."""
    expect_none(
        f"{block.where} {path}: {value}"
        for file in list_files("modules/")
        for block in read_blocks(file)
        for path, value in walk(block.body)
        if isinstance(value, str)
        if re.search(r'environment *[!=]= *"(dev|staging)"', value)
    )


def _folder(name: str) -> Path:
    return TERRAFORM / "environments" / name
