"""One image as files: its configuration, its manifest, and an OCI layout whose manifest's digest is the image's."""

from __future__ import annotations

import json
import shutil
import tarfile
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from services.local.docker import Engine
from services.local.images.layers import Layer
from services.local.images.request import Revision
from services.local.images.store import Store, write_whole

__all__ = ["Image", "load", "make_image", "read_digest", "read_settings", "write_layout"]

OCI = "application/vnd.oci.image"
KEPT_SETTINGS = ("Cmd", "Entrypoint", "Env", "Labels", "User", "WorkingDir")
"""Of the configuration that Docker wrote; the rest is empty, or of the machine that built."""


@dataclass(frozen=True)
class Image:
    """config and manifest: their bytes; layers: the base's first."""

    config: bytes
    manifest: bytes
    layers: list[Layer]
    architecture: str

    @property
    def settings(self) -> dict[str, Any]:
        """How it is started, and its labels."""
        settings: dict[str, Any] = json.loads(self.config)["config"]
        return settings

    @property
    def digest(self) -> str:
        """The manifest's, by which a registry and Lambda name the image."""
        return _digest(self.manifest)


def make_image(built: dict[str, Any], layers: list[Layer], revision: Revision) -> Image:
    """The image of the layers, with the settings of the one that Docker built (as its inspection shows it)."""
    created = revision.created.strftime("%Y-%m-%dT%H:%M:%SZ")
    config = _as_json(
        {
            "architecture": built["Architecture"],
            "config": read_settings(built),
            "created": created,
            "history": [{"created": created, "created_by": "make images"} for _ in layers],
            "os": built["Os"],
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
        }
    )
    manifest = _as_json(
        {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.manifest.v1+json",
            "config": _describe(f"{OCI}.config.v1+json", _digest(config), len(config)),
            "layers": [_describe(f"{OCI}.layer.v1.tar+gzip", layer.digest, layer.size_bytes) for layer in layers],
        }
    )
    return Image(config, manifest, layers, built["Architecture"])


def read_settings(inspected: dict[str, Any]) -> dict[str, Any]:
    """The settings of an image, of its inspection: those that ours keep."""
    return {name: inspected["Config"].get(name) for name in KEPT_SETTINGS}


def write_layout(image: Image, store: Store, folder: Path, tag: str) -> None:
    """Writes the OCI layout into the folder, in the place of what is there. Layers are links into the store."""
    (folder / "index.json").unlink(missing_ok=True)  # first: without it, what is left of the rest is no layout
    shutil.rmtree(folder, ignore_errors=True)
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    for content in (image.config, image.manifest):
        (blobs / sha256(content).hexdigest()).write_bytes(content)
    for layer in image.layers:
        target = blobs / layer.digest.partition(":")[2]
        if not target.exists():
            target.hardlink_to(store.path(layer.digest))
    described = _describe(f"{OCI}.manifest.v1+json", image.digest, len(image.manifest)) | {
        "annotations": {"org.opencontainers.image.ref.name": tag},
        "platform": {"architecture": image.architecture, "os": "linux"},
    }
    (folder / "oci-layout").write_bytes(_as_json({"imageLayoutVersion": "1.0.0"}))
    index = {"schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json", "manifests": [described]}
    write_whole(folder / "index.json", _as_json(index))  # last: where it stands, the rest does


def read_digest(folder: Path) -> str:
    """The digest of the image whose layout the folder holds; empty if it holds none."""
    index = folder / "index.json"
    if not index.is_file():
        return ""
    return str(json.loads(index.read_text(encoding="utf-8"))["manifests"][0]["digest"])


def load(engine: Engine, image: Image, folder: Path, tags: list[str], archive: Path) -> None:
    """Gives the engine the image of a layout: what runs here is then, byte for byte, what has the digest."""
    blobs = folder / "blobs" / "sha256"
    config = f"{sha256(image.config).hexdigest()}.json"
    names = [f"{layer.digest.partition(':')[2]}.tar.gz" for layer in image.layers]
    with tarfile.open(archive, "w") as tar:
        _add(tar, "manifest.json", _as_json([{"Config": config, "RepoTags": tags, "Layers": names}]))
        _add(tar, config, image.config)
        for name in dict.fromkeys(names):
            tar.add(blobs / name.removesuffix(".tar.gz"), name)
    engine.run("image", "load", "--input", str(archive))


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, BytesIO(content))


def _describe(kind: str, digest: str, size_bytes: int) -> dict[str, Any]:
    return {"mediaType": kind, "digest": digest, "size": size_bytes}


def _as_json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"
