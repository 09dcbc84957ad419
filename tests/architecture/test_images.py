"""What goes into the images: no import without its package, no extra that nobody imports, authorities to trust."""

from __future__ import annotations

import ast
import re
import ssl
import sys
import time
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from typing import cast

import pytest

from services.local.catalog import read_catalog
from services.local.images.inside.contents import find_contents, walk_code
from tests.architecture.test_locks import direct, pins
from tests.architecture.tree import ROOT, expect_none, list_with_suffix, read

CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
AUTHORITIES = {
    "rds-global-bundle": ("Amazon RDS ", 80),
    "rds-proxy-roots": ("", 5),
}
"""File -> how the names of its authorities begin, and how many there are at least."""

Subject = tuple[tuple[tuple[str, str]], ...]
"""As ssl has names: parts, each of which could have several values."""

each_service = pytest.mark.parametrize("service", list(read_catalog()))


@each_service
def test_every_package_that_an_image_imports_is_in_its_lock(service: str) -> None:
    pinned = {name for name, _ in pins(f"services/requirements/images/{service}.lock")}
    expect_none(f"{name}: {module}" for name, module in _imports(service) if not pinned & _packages(module))


@each_service
def test_every_extra_of_an_image_is_imported(service: str) -> None:
    imported = {package for _, module in _imports(service) for package in _packages(module)}
    extras = set(read_catalog()[service]["extras"])
    assert "lambda" in extras
    expect_none(extra for extra in extras - {"lambda"} if not (direct(extra) - direct()) & imported)


def test_every_extra_is_one_of_pyprojects() -> None:
    known = tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"]
    expect_none(extra for entry in read_catalog().values() for extra in entry["extras"] if extra not in known)


@each_service
def test_neither_what_runs_here_nor_another_services_handler_goes_into_an_image(service: str) -> None:
    contents = [path.relative_to("services") for path in find_contents(ROOT, service)]
    assert [str(path) for path in contents if path.name == "handler.py"] == [f"{service}/handler.py"]
    expect_none(str(path) for path in contents if path.parts[0] in {"local", "requirements"})


@pytest.mark.parametrize("name", AUTHORITIES)
def test_every_authority_that_images_trust_is_amazons_and_valid(name: str) -> None:
    text = read(f"docker/certificates/{name}.pem")
    assert re.match(r"# .+\n# Source: .+ \(\d+ \w+ 20\d\d\)", text)
    begins, at_least = AUTHORITIES[name]
    authorities = [_read_authority(certificate) for certificate in CERTIFICATE.findall(text)]
    assert len(authorities) >= at_least
    expect_none(subject for subject, _ in authorities if not subject.startswith(begins) or not _is_amazons(subject))
    expect_none(subject for subject, ends in authorities if ends < time.time())


def test_there_are_no_other_authorities() -> None:
    assert {name.split("/")[-1] for name in list_with_suffix(".pem")} == {f"{name}.pem" for name in AUTHORITIES}


def test_docker_20_10_can_read_the_dockerfile_without_pulling_a_frontend() -> None:
    text = read("docker/Dockerfile")
    assert "syntax=" not in text
    assert "--link" not in text
    assert "<<" not in text
    assert re.findall(r"^FROM (?!\$\{BASE_IMAGE\}|\$\{DEPENDENCIES\}|scratch|runtime)", text, re.MULTILINE) == []


def _read_authority(certificate: str) -> tuple[str, float]:
    """The name of a self-signed authority, and when it ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=certificate + "\n")
    (found,) = context.get_ca_certs()
    assert found["subject"] == found["issuer"]
    subject = dict(part[0] for part in cast(Subject, found["subject"]))
    return subject["commonName"], ssl.cert_time_to_seconds(str(found["notAfter"]))


def _is_amazons(name: str) -> bool:
    """Starfield's services root has been Amazon's since 2015."""
    return name.startswith(("Amazon ", "Starfield Services Root"))


@cache
def _packages(module: str) -> frozenset[str]:
    """The distributions that a module may come from."""
    named = packages_distributions().get(module, [])
    return frozenset(re.sub(r"[-_.]+", "-", name).lower() for name in named)


def _imports(service: str) -> Iterator[tuple[str, str]]:
    """(file, module) of every import from outside of ours and of Python's own."""
    for path in sorted(find_contents(ROOT, service)):
        if path.suffix != ".py":
            continue
        for module in _modules(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            top = module.partition(".")[0]
            if top not in sys.stdlib_module_names and top != "services":
                yield str(path), top


def _modules(tree: ast.Module) -> Iterator[str]:
    for node in walk_code(tree.body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
