"""Has Docker build one service's image, and refuses before it what could only fail later."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from services.local.docker import DockerError, Engine
from services.local.images.request import ARCHITECTURES, BASE_IMAGE, BuildFailed, Request, Revision

__all__ = ["Base", "build", "find_base", "inspect"]

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
WITHOUT_ATTESTATIONS = ("--provenance=false", "--sbom=false")
"""What Lambda refuses to find beside the manifest; only buildx makes attestations, and only it knows the flags."""


@dataclass(frozen=True)
class Base:
    """The base image. digest: of its manifest in the registry, empty for one that was made or loaded here."""

    name: str
    image_id: str
    digest: str
    architecture: str
    diff_ids: list[str]


def inspect(engine: Engine, image: str) -> dict[str, Any]:
    """What the engine says of an image."""
    found: dict[str, Any] = json.loads(engine.run("image", "inspect", image))[0]
    return found


def find_base(engine: Engine, request: Request) -> Base:
    """The base image, which is pulled or made if it isn't there. Raises BuildFailed, for a wrong architecture too."""
    native = engine.run("version", "--format", "{{.Server.Arch}}").strip()
    wanted = request.architecture or native
    if wanted not in ARCHITECTURES:
        raise BuildFailed(f"Lambda runs {' and '.join(ARCHITECTURES)}, not {wanted}.")
    if not engine.has_image(request.base):
        _fetch_base(engine, request, wanted, made_here=wanted == native)
    found = inspect(engine, request.base)
    if found["Architecture"] != wanted:
        raise BuildFailed(
            f"The base image {request.base} here is for {found['Architecture']}, and images for {wanted} were asked "
            f"for. Pull the other one first: docker pull --platform linux/{wanted} {request.base}"
        )
    digests = [name.partition("@")[2] for name in (request.base, *(found.get("RepoDigests") or ())) if "@" in name]
    return Base(request.base, found["Id"], digests[0] if digests else "", wanted, found["RootFS"]["Layers"])


def _fetch_base(engine: Engine, request: Request, architecture: str, *, made_here: bool) -> None:
    """made_here: whether a stand-in would be of the architecture."""
    if request.base == BASE_IMAGE and made_here:
        command = ["sh", str(request.root / "docker/base/make.sh"), BASE_IMAGE]
        if subprocess.run(command, env=os.environ | {"DOCKER": str(engine.client)}, check=False).returncode:
            raise BuildFailed(f"The base image {BASE_IMAGE} could be neither pulled nor made: see above.")
        return
    try:
        engine.run("pull", "--quiet", "--platform", f"linux/{architecture}", request.base)
    except DockerError as error:
        raise BuildFailed(
            f"The base image {request.base} for {architecture} isn't here and can't be pulled. {error}"
        ) from error


def build(engine: Engine, request: Request, revision: Revision, base: Base, service: str) -> str:
    """Builds the service's image; gives its id. Only its first half, the dependencies, may use the network."""
    lock = request.root / f"services/requirements/images/{service}.lock"
    if not lock.is_file():
        raise BuildFailed(f"There is no {lock.relative_to(request.root)}: make lock writes it.")
    parts = b"\n".join((lock.read_bytes(), base.image_id.encode(), base.architecture.encode()))
    dependencies = f"{request.repository}/dependencies:{sha256(parts).hexdigest()[:12]}"
    arguments = {
        "BASE_IMAGE": base.name,
        "BASE_DIGEST": base.digest,
        "SERVICE": service,
        "REVISION": revision.name,
        "VERSION": revision.version,
        "SOURCE": request.source,
    }
    secret = ("--secret", f"id=ca,src={certificates}") if (certificates := _find_certificates()) else ()
    _docker_build(engine, request, base, arguments, "--target", "dependencies", "--tag", dependencies, *secret)
    return _docker_build(engine, request, base, arguments | {"DEPENDENCIES": dependencies}, "--network", "none")


def _docker_build(engine: Engine, request: Request, base: Base, arguments: dict[str, str], *options: str) -> str:
    with tempfile.TemporaryDirectory(prefix="skep-build-") as scratch:
        identity = Path(scratch, "id")
        command = ["build", "--file", str(request.root / "docker/Dockerfile"), "--iidfile", str(identity)]
        command += ["--progress", "plain", "--platform", f"linux/{base.architecture}", *options]
        command += [part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")]
        command += ["--no-cache"] if request.no_cache else []
        command += WITHOUT_ATTESTATIONS if engine.builder.startswith("buildx") else ()
        try:
            engine.run(*command, str(request.root))
        except DockerError as error:
            raise BuildFailed(str(error)) from error
        return identity.read_text(encoding="utf-8").strip()


def _find_certificates() -> Path | None:
    """The certificate authorities that this machine trusts, those of a company's own package index among them."""
    named = (os.environ.get(name, "") for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"))
    return next((path for path in (*map(Path, filter(None, named)), CERTIFICATES) if path.is_file()), None)
