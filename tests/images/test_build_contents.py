"""What is in an image, and what must not be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.local.catalog import read_catalog
from services.local.docker import Engine
from services.local.images.builder import inspect
from services.local.images.request import BUILD
from tests.images.probes import IMPORT_ALL, LIST_DISTRIBUTIONS, ask, list_files

Images = dict[str, dict[str, Any]]

SERVICES = list(read_catalog())
UNCHECKED_HASH = 0b01
"""The flag of bytecode that is never compared with its source."""

TOOLS = {"pip", "pip3", "gcc", "g++", "cc", "ld", "make", "git", "uv", "wheel"}
SNAPSTART = "com.amazonaws.lambda.feature.snapstart"
CODE = "org.opencontainers.image."

each_service = pytest.mark.parametrize("service", SERVICES)


@each_service
def test_every_module_has_its_bytecode_and_none_is_checked_against_its_source(
    engine: Engine, images: Images, service: str
) -> None:
    found = list_files(engine, images[service]["tag"])
    modules = [Path(name) for name in found.files if name.endswith(".py")]
    assert len(modules) > 500
    bare = [m for m in modules if str(m.parent / "__pycache__" / f"{m.stem}.cpython-313.pyc") not in found.files]
    assert bare == []
    assert found.flags == (UNCHECKED_HASH,)


@each_service
def test_nothing_that_builds_or_tests_is_inside(engine: Engine, images: Images, service: str) -> None:
    files = [Path(name) for name in list_files(engine, images[service]["tag"]).files]
    assert [file for file in files if file.name in TOOLS and file.parent.name in {"bin", "sbin"}] == []
    assert [file for file in files if {"pip", "ensurepip"} & set(file.parts)] == []
    assert [file for file in files if file.name.startswith("pip-")] == []
    ours = [file for file in files if file.parts[1:3] == ("var", "task") or file.parts[1:3] == ("opt", "python")]
    assert [file for file in ours if {"test", "tests", "local", "requirements"} & set(file.parts[3:])] == []


@each_service
def test_of_the_services_only_its_own_has_a_handler_inside(engine: Engine, images: Images, service: str) -> None:
    files = list_files(engine, images[service]["tag"]).files
    assert [name for name in files if name.startswith("/var/task/services/") and name.endswith("/handler.py")] == [
        f"/var/task/services/{service}/handler.py"
    ]


@each_service
def test_every_module_of_ours_can_be_imported_without_a_network(engine: Engine, images: Images, service: str) -> None:
    said = ask(engine, images[service]["tag"], IMPORT_ALL)
    assert said["handler"]
    assert said["from"] == "/var/task/__pycache__/handler.cpython-313.pyc"
    assert f"services.{service}.handler" in said["modules"]


@each_service
def test_it_is_started_as_lambda_starts_it_by_a_user_who_is_not_root(
    engine: Engine, images: Images, service: str
) -> None:
    config = inspect(engine, images[service]["tag"])["Config"]
    assert config["Entrypoint"] == ["/usr/local/bin/python", "-m", "awslambdaric"]
    assert config["Cmd"] == ["handler.handler"]
    assert config["WorkingDir"] == "/var/task"
    assert int(config["User"].partition(":")[0]) > 0
    environment = dict(variable.split("=", 1) for variable in config["Env"])
    assert environment["PGSSLMODE"] == "verify-full"
    assert environment["PGSSLROOTCERT"] in list_files(engine, images[service]["tag"]).files
    assert "PYTHONDONTWRITEBYTECODE" not in environment
    assert (
        ask(engine, images[service]["tag"], "import os; print(os.access('/var/runtime/bootstrap', os.X_OK) * 1)") == 1
    )


@each_service
def test_its_labels_say_what_it_is_of(engine: Engine, images: Images, service: str) -> None:
    entry = images[service]
    labels = inspect(engine, entry["tag"])["Config"]["Labels"]
    assert labels[SNAPSTART] == "Allow"
    assert labels[CODE + "revision"] == entry["revision"]
    assert labels[CODE + "base.name"] == entry["base"]
    assert labels[CODE + "base.digest"] == entry["base_digest"]
    assert {CODE + name for name in ("title", "version", "source", "licenses")} <= set(labels)


@each_service
def test_it_is_no_bigger_than_a_cold_start_bears(images: Images, service: str) -> None:
    limit = 60 if read_catalog()[service]["kind"] == "api" else 130
    assert 0 < images[service]["above_base_bytes"] <= limit * 1_000_000
    assert [layer["what"] for layer in images[service]["layers"]][-3:] == [
        "bytecode of the base",
        "dependencies",
        "code",
    ]


@each_service
def test_its_bill_of_materials_names_all_that_is_installed(engine: Engine, images: Images, service: str) -> None:
    bill = json.loads((BUILD / service / "sbom.cdx.json").read_text(encoding="utf-8"))
    assert bill["specVersion"] == "1.6"
    named = {(c["purl"].split("/")[0], c["name"], c["version"]) for c in bill["components"]}
    installed = ask(engine, images[service]["tag"], LIST_DISTRIBUTIONS)
    assert named == {
        ("pkg:pypi", name.replace("_", "-").replace(".", "-").lower(), v) for name, v in installed["pypi"]
    } | {("pkg:deb", name, v) for name, v in installed["deb"]}
    wheels = [c for c in bill["components"] if c["purl"].startswith("pkg:pypi")]
    assert len(wheels) > 5
    assert [c["name"] for c in wheels if not c.get("hashes") or not c.get("licenses")] == []
