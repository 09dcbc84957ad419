"""Both lock files are one resolution of pyproject.toml, with hashes."""

from __future__ import annotations

import re
import tomllib

from tests.architecture.tree import expect_none, read

ALL, RUN = "services/requirements/all.lock", "services/requirements/run.lock"
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
    expect_none(f"{name}=={version}" for name, version in pins(RUN).keys() - pins(ALL).keys())


def test_every_direct_dependency_is_pinned() -> None:
    expect_none(direct("dev") - {name for name, _ in pins(ALL)})
    expect_none(direct("local") - {name for name, _ in pins(RUN)})


def test_every_pin_has_a_hash() -> None:
    for lock in (ALL, RUN):
        expect_none(f"{lock}: {name}" for (name, _), hashes in pins(lock).items() if not hashes)


def test_a_lock_says_nothing_of_where_its_packages_come_from() -> None:
    for lock in (ALL, RUN):
        other = [line for line in read(lock).splitlines() if not re.match(r"[a-z0-9._-]+==|    --hash=", line)]
        expect_none(f"{lock}: {line}" for line in other)
