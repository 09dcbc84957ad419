"""The image as files: what a registry is given, and that the same commit always gives the same."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.local.catalog import read_catalog
from services.local.docker import DockerError, Engine
from services.local.images.builder import inspect
from services.local.images.layout import read_settings
from services.local.images.make import make_images
from services.local.images.request import ARCHITECTURES, BUILD, ROOT, BuildFailed, Request
from tests.support.leftovers import name_ours

Images = dict[str, dict[str, Any]]

OCI = "application/vnd.oci.image"
AUTHOR = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in [
    ("NAME", "Ada"), ("EMAIL", "ada@example.com"), ("DATE", "2026-11-23T08:00:00Z")
]}  # fmt: skip

each_service = pytest.mark.parametrize("service", list(read_catalog()))


def blob(folder: Path, digest: str) -> bytes:
    """A blob of a layout, which is what its name says."""
    kind, _, name = digest.partition(":")
    content = (folder / "blobs" / kind / name).read_bytes()
    assert hashlib.new(kind, content).hexdigest() == name
    return content


@each_service
def test_lambda_gets_one_manifest_of_a_type_that_it_takes_and_every_blob_of_it(images: Images, service: str) -> None:
    folder = BUILD / service
    (described,) = json.loads((folder / "index.json").read_text())["manifests"]
    assert described["digest"] == images[service]["digest"]
    assert described["mediaType"] == f"{OCI}.manifest.v1+json"
    manifest = json.loads(blob(folder, described["digest"]))
    assert manifest["mediaType"] == f"{OCI}.manifest.v1+json"
    assert {layer["mediaType"] for layer in manifest["layers"]} == {f"{OCI}.layer.v1.tar+gzip"}
    config = json.loads(blob(folder, manifest["config"]["digest"]))
    layers = [blob(folder, layer["digest"]) for layer in manifest["layers"]]
    assert [layer["size"] for layer in manifest["layers"]] == [len(layer) for layer in layers]
    assert config["rootfs"]["diff_ids"] == [
        f"sha256:{hashlib.sha256(gzip.decompress(layer)).hexdigest()}" for layer in layers
    ]
    blobs = {path.name for path in (folder / "blobs" / "sha256").iterdir()}
    assert len(blobs) == len(layers) + 2


@each_service
def test_what_runs_here_is_what_has_the_digest(engine: Engine, images: Images, service: str) -> None:
    manifest = json.loads(blob(BUILD / service, images[service]["digest"]))
    config = json.loads(blob(BUILD / service, manifest["config"]["digest"]))
    for tag in (images[service]["tag"], f"skep/{service}:latest"):
        loaded = inspect(engine, tag)
        assert loaded["Id"] == images[service]["image_id"]
        assert loaded["RootFS"]["Layers"] == config["rootfs"]["diff_ids"]
        assert read_settings(loaded) == config["config"]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one commit of what images are made of, as it is now."""
    root = tmp_path_factory.mktemp("repository")
    for folder in ("services", "docker"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "pyproject.toml", root / "pyproject.toml")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "All of it"]):
        subprocess.run(["git", "-C", str(root), *command], check=True, env=os.environ | AUTHOR)
    return root


def clone(repository: Path, target: Path, umask: int) -> Path:
    """A clone, whose files have times and modes of their own."""
    subprocess.run(["git", "clone", "-q", str(repository), str(target)], check=True, umask=umask)
    return target


@pytest.fixture(scope="module")
def own_tags(engine: Engine) -> Iterator[str]:
    """What the repositories of our images begin with, so that runs at once don't take each other's."""
    yield name_ours()
    for reference in _list_tags(engine, name_ours()):
        engine.run("image", "rm", reference)


@pytest.fixture(scope="module")
def twice(
    engine: Engine, own_tags: str, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], dict[str, Any], str]:
    """One service built by itself from two clones, each step anew; and a line that only the build's CA file has."""
    marker = f"# {uuid.uuid4()}"
    marked = tmp_path_factory.mktemp("trust") / "ca.pem"
    made = []
    with pytest.MonkeyPatch.context() as patch:
        for name, umask in (("one", 0o022), ("other", 0o077)):
            marked.write_text(f"{marker}\n{_certificates()}", encoding="utf-8")
            patch.setenv("PIP_CERT", str(marked))
            folder = tmp_path_factory.mktemp(name)
            output = folder / "output"
            root = clone(repository, folder / "clone", umask)
            request = Request(root, output, repository=f"{own_tags}-{name}", no_cache=True)
            made.append(make_images(engine, request, ["customers"], print)["customers"] | {"output": output})
    return made[0], made[1], marker


def _certificates() -> str:
    trusted = (os.environ.get(name, "") for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"))
    path = next((path for path in map(Path, trusted) if path.is_file()), Path("/etc/ssl/certs/ca-certificates.crt"))
    return path.read_text(encoding="utf-8")


def _list_tags(engine: Engine, repository: str) -> list[str]:
    listed = engine.run("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "--filter", f"reference={repository}*/*")
    return listed.split()


def test_the_same_commit_gives_the_same_digest_wherever_and_whenever_it_is_built(
    twice: tuple[dict[str, Any], dict[str, Any], str],
) -> None:
    one, other, _ = twice
    assert len(one["revision"]) == 40
    assert one["revision"] == other["revision"]
    assert one["layers"] == other["layers"]
    assert one["digest"] == other["digest"]
    bills = [(entry["output"] / "customers" / "sbom.cdx.json").read_bytes() for entry in (one, other)]
    assert bills[0] == bills[1]


def test_the_certificates_that_the_build_trusts_are_in_no_layer(
    twice: tuple[dict[str, Any], dict[str, Any], str],
) -> None:
    one, _, marker = twice
    layout = one["output"] / "customers"
    for layer in one["layers"]:
        assert marker.encode() not in gzip.decompress(blob(layout, layer["digest"]))
    for path in (layout / "blobs" / "sha256").iterdir():
        assert marker.encode() not in path.read_bytes()


def test_a_change_of_the_settings_alone_reaches_the_engine(
    engine: Engine, own_tags: str, repository: Path, tmp_path: Path
) -> None:
    root = clone(repository, tmp_path / "clone", 0o022)
    (root / "draft.txt").touch()  # the revision is the same both times: that commit's, and dirty
    request = Request(root, tmp_path / "output", repository=f"{own_tags}-settings")
    before = make_images(engine, request, ["customers"], print)["customers"]
    file = root / "docker/Dockerfile"
    file.write_text(file.read_text().replace("PGSSLMODE=verify-full", "PGSSLMODE=verify-ca"))
    after = make_images(engine, request, ["customers"], print)["customers"]
    assert (after["tag"], after["layers"]) == (before["tag"], before["layers"])
    assert "PGSSLMODE=verify-ca" in inspect(engine, after["tag"])["Config"]["Env"]
    assert after["image_id"] != before["image_id"]
    assert not engine.has_image(before["image_id"])


def test_a_base_image_of_another_architecture_is_refused_before_anything_is_built(
    engine: Engine, images: Images, own_tags: str, tmp_path: Path
) -> None:
    own = images["customers"]["architecture"]
    (other,) = set(ARCHITECTURES) - {own}
    request = Request(
        output=tmp_path, base=images["customers"]["base"], architecture=other, repository=f"{own_tags}-none"
    )
    with pytest.raises(BuildFailed, match=f"here is for {own}, and images for {other} were asked for"):
        make_images(engine, request, ["customers"], print)
    assert not _list_tags(engine, f"{own_tags}-none")


def test_a_base_image_of_another_architecture_is_refused_inside_the_build_too(engine: Engine, images: Images) -> None:
    base = images["customers"]["base"]
    inside = ROOT / "services/local/images/inside"
    run = ("run", "--rm", "--network", "none", "--volume", f"{inside}:/mnt:ro", "--entrypoint", "sh", base)
    with pytest.raises(DockerError, match=r"The base image is for \w+, and an image for riscv64 was asked for\."):
        engine.run(*run, "/mnt/runtime.sh", "riscv64")
