"""What Docker is asked, with a docker that only notes it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from services.local.docker import DockerError, Engine
from services.local.images.__main__ import main
from services.local.images.builder import Base, build, find_base
from services.local.images.make import make_images
from services.local.images.request import BuildFailed, Request, find_revision

BASE = Base("base:1", "sha256:ba5e", "", "amd64", ["sha256:1"])


@dataclass(frozen=True)
class NotingEngine(Engine):
    """Answers from `images` (name -> inspection) and keeps what it was asked."""

    images: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def run(self, *arguments: str, **_: Any) -> str:
        self.asked.append(arguments)
        if arguments[0] == "version":
            return "amd64\n"
        if arguments[:2] == ("image", "inspect"):
            if arguments[-1] not in self.images:
                raise DockerError("No such image")
            return json.dumps([self.images[arguments[-1]]])
        if arguments[0] == "build":
            Path(arguments[arguments.index("--iidfile") + 1]).write_text("sha256:b111d\n")
            return ""
        raise DockerError("no network")


def noting(images: dict[str, dict[str, Any]] | None = None, builder: str = "BuildKit in the client") -> NotingEngine:
    return NotingEngine(Path("docker"), "20.10", "20.10", builder, images or {})


def image(architecture: str = "amd64", *layers: str, digests: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "Id": "sha256:1d",
        "Architecture": architecture,
        "RepoDigests": list(digests),
        "RootFS": {"Layers": list(layers)},
    }


@pytest.fixture
def request_for(tmp_path: Path) -> Request:
    locks = tmp_path / "services/requirements/images"
    locks.mkdir(parents=True)
    (locks / "sales.lock").write_text("flask==3\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "0.1.0"\n')
    return Request(tmp_path, tmp_path / "output", base="base:1")


def test_only_the_dependencies_are_built_with_a_network_and_with_certificates(request_for: Request) -> None:
    engine = noting()
    assert build(engine, request_for, find_revision(request_for.root), BASE, "sales") == "sha256:b111d"
    first, second = engine.asked
    assert first[first.index("--target") + 1] == "dependencies"
    assert "--network" not in first
    assert second[second.index("--network") + 1] == "none"
    assert "--secret" not in second
    assert f"DEPENDENCIES={first[first.index('--tag') + 1]}" in second
    assert second[second.index("--platform") + 1] == "linux/amd64"


def test_attestations_are_declined_where_the_client_would_make_them(request_for: Request) -> None:
    old, new = noting(), noting(builder="buildx v0.20")
    for engine in (old, new):
        build(engine, request_for, find_revision(request_for.root), BASE, "sales")
    assert not any("--provenance=false" in asked for asked in old.asked)
    assert all({"--provenance=false", "--sbom=false"} <= set(asked) for asked in new.asked)


def test_a_service_without_a_lock_is_not_built(request_for: Request) -> None:
    with pytest.raises(BuildFailed, match=r"services/requirements/images/forms\.lock: make lock writes it"):
        build(noting(), request_for, find_revision(request_for.root), BASE, "forms")


def test_a_base_image_of_another_architecture_is_refused_before_anything_is_built(request_for: Request) -> None:
    engine = noting({"base:1": image("amd64")})
    with pytest.raises(BuildFailed, match="base:1 here is for amd64, and images for arm64 were asked for"):
        make_images(engine, replace(request_for, architecture="arm64"), ["sales"], print)
    assert not any(asked[0] == "build" for asked in engine.asked)


def test_an_architecture_that_lambda_does_not_run_is_refused(request_for: Request) -> None:
    with pytest.raises(BuildFailed, match="Lambda runs amd64 and arm64, not riscv64"):
        find_base(noting(), replace(request_for, architecture="riscv64"))


def test_a_base_image_that_can_neither_be_found_nor_pulled_is_said_so(request_for: Request) -> None:
    engine = noting()
    with pytest.raises(BuildFailed, match="base:1 for amd64 isn't here and can't be pulled. no network"):
        find_base(engine, request_for)
    assert engine.asked[-1] == ("pull", "--quiet", "--platform", "linux/amd64", "base:1")


def test_a_base_image_of_a_registry_is_known_by_its_digest_and_one_made_here_by_none(request_for: Request) -> None:
    pulled = noting({"base:1": image("amd64", "sha256:1", digests=("base@sha256:d16e57",))})
    assert find_base(pulled, request_for).digest == "sha256:d16e57"
    assert find_base(noting({"base:1": image()}), request_for).digest == ""
    named = replace(request_for, base="base@sha256:f00d")
    assert find_base(noting({"base@sha256:f00d": image()}), named).digest == "sha256:f00d"


def test_an_image_that_was_built_upon_another_base_is_refused(request_for: Request) -> None:
    engine = noting({"base:1": image("amd64", "sha256:1"), "sha256:b111d": image("amd64", "sha256:2", "sha256:3")})
    with pytest.raises(BuildFailed, match="upon another image than base:1"):
        make_images(engine, request_for, ["sales"], print)


def test_a_folder_without_git_has_an_unknown_revision(request_for: Request) -> None:
    revision = find_revision(request_for.root)
    assert (revision.name, revision.version, revision.created.year) == ("unknown", "0.1.0", 1970)


def test_a_service_that_is_not_there_is_refused_with_the_names_of_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["sails", "customers"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("There is no service sails. The services: customers, ")
