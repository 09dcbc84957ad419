"""All lock files are one resolution of pyproject.toml, with hashes."""

from __future__ import annotations

import re
import tomllib

from services.local.catalog import read_catalog
from tests.architecture.tree import expect_none, list_with_suffix, read

ALL, RUN = "services/requirements/all.lock", "services/requirements/run.lock"
IMAGES = {f"services/requirements/images/{service}.lock": entry["extras"] for service, entry in read_catalog().items()}
"""The lock of each service's image -> the extras that it is made of."""

PIN = re.compile(r"^([a-z0-9._-]+)==([^\s;]+)[^\n]*((?:\n +--hash=sha256:[0-9a-f]{64}[^\n]*)*)", re.MULTILINE)
NAME = re.compile(r"[A-Za-z0-9._-]+")


def pins(lock: str) -> dict[tuple[str, str], str]:
    """(name, version) -> its hashes. One name may have several versions, for several Pythons."""
    found = {(name, version): hashes for name, version, hashes in PIN.findall(read(lock))}
    assert found, f"{lock} pins nothing"
    return found


def direct(*extras: str) -> set[str]:
    """The names that pyproject.toml asks for, with those of the extras and of what they name in turn."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted, names = list(project["dependencies"]), set()
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    for requirement in wanted:
        own = re.match(r"skep\[([a-z,]+)\]", requirement)
        if own:
            names |= direct(*own[1].split(","))
        else:
            names.add(re.sub(r"[-_.]+", "-", NAME.match(requirement)[0]).lower())  # type: ignore[index]
    return names


def test_what_runs_is_pinned_as_what_is_tested() -> None:
    for lock in (RUN, *IMAGES):
        expect_none(f"{lock}: {name}=={version}" for name, version in pins(lock).keys() - pins(ALL).keys())


def test_every_direct_dependency_is_pinned() -> None:
    expect_none(direct("dev") - {name for name, _ in pins(ALL)})
    expect_none(direct("local") - {name for name, _ in pins(RUN)})
    for lock, extras in IMAGES.items():
        expect_none(f"{lock}: {name}" for name in direct(*extras) - {name for name, _ in pins(lock)})


def test_no_image_has_a_direct_dependency_that_its_service_did_not_ask_for() -> None:
    for lock, extras in IMAGES.items():
        unasked = direct("dev") - direct(*extras)
        own = {name for name, _ in pins(lock)} & unasked
        expect_none(f"{lock}: {name}" for name in own)


def test_every_image_has_its_lock_and_every_lock_its_image() -> None:
    assert set(list_with_suffix(".lock", under="services/requirements/images/")) == set(IMAGES)


def test_every_pin_has_a_hash() -> None:
    for lock in (ALL, RUN, *IMAGES):
        expect_none(f"{lock}: {name}" for (name, _), hashes in pins(lock).items() if not hashes)


def test_a_lock_says_nothing_of_where_its_packages_come_from() -> None:
    for lock in (ALL, RUN, *IMAGES):
        other = [line for line in read(lock).splitlines() if not re.match(r"[a-z0-9._-]+==|    --hash=", line)]
        expect_none(f"{lock}: {line}" for line in other)
