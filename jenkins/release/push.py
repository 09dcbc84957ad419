"""Pushes what `make images` built, and signs it: service -> repository@sha256:…, under a tag that is never moved."""

from __future__ import annotations

import base64
import json
import re
import urllib.error
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jenkins.release.aws import connect
from jenkins.release.canonical import write_private
from jenkins.release.errors import ReleaseError
from jenkins.release.registry import Registry
from jenkins.release.settings import Settings
from jenkins.release.signing import Signer, check, describe_image
from services.local.catalog import read_catalog

__all__ = ["push", "read_built", "read_json", "sign", "write_json"]

_ECR = re.compile(r"\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com")


def push(settings: Settings) -> dict[str, str]:
    """Pushes every service's image, and writes build/release/images.json. Raises ReleaseError, OSError, ClientError."""
    prefix = settings.need("SKEP_REPOSITORY_PREFIX")
    host, _, path = prefix.partition("/")
    built, revision = read_built(settings), settings.revision
    registry = Registry(settings.get("SKEP_REGISTRY_URL", f"https://{host}"), _authorize(settings, host))
    uris = {}
    for service in built:
        repository = f"{path}/{service.replace('_', '-')}"
        layout = settings.build / "images" / service
        try:
            digest = registry.push(repository, layout, f"git-{revision[:12]}")
        except urllib.error.HTTPError as error:
            said = error.read(500).decode("utf-8", "replace")
            raise ReleaseError(f"{host}/{repository} answers {error.code}: {said}") from None
        if digest != built[service]["digest"]:
            raise ReleaseError(f"The image of {service} is {digest}, and images.json says {built[service]['digest']}")
        uris[service] = f"{host}/{repository}@{digest}"
        print(f"{service:<12} {uris[service]}", flush=True)
    write_json(settings.releases / "images.json", uris)
    return uris


def sign(settings: Settings, signer: Signer) -> dict[str, Any]:
    """Signs every image that was pushed, and writes build/release/signatures.json: the key, and signatures in base64.

    Raises ReleaseError.
    """
    signatures = {}
    for service, uri in read_json(settings.releases / "images.json", "make push").items():
        content = describe_image(service, uri, settings.revision)
        signature = signer.sign(content)
        check(signer.public_key(), content, signature, f"the image of {service}")
        signatures[service] = base64.b64encode(signature).decode()
    signed = {"key": signer.name, "revision": settings.revision, "signatures": signatures}
    write_json(settings.releases / "signatures.json", signed)
    print(f"{len(signatures)} images signed by {signer.name}")
    return signed


def read_built(settings: Settings) -> dict[str, dict[str, Any]]:
    """What `make images` wrote down of every service, of this commit and no other. Raises ReleaseError."""
    built = read_json(settings.build / "images" / "images.json", "make images")
    if missing := sorted(set(read_catalog()).difference(built)):
        raise ReleaseError(f"There is no image of {', '.join(missing)}: make images")
    others = {service: entry["revision"] for service, entry in built.items() if entry["revision"] != settings.revision}
    if others:
        told = ", ".join(f"{service} of {revision}" for service, revision in sorted(others.items()))
        raise ReleaseError(
            f"Images were built of something else than the commit {settings.revision}: {told}. A commit is released, "
            "not a working tree: commit, then make images"
        )
    return {service: built[service] for service in read_catalog()}


def read_json(path: Path, made_by: str) -> dict[str, Any]:
    """An object that an earlier step wrote. Raises ReleaseError, which names the step."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{path.name} can't be read ({error.__class__.__name__}): {made_by}") from error
    if not isinstance(content, dict):
        raise ReleaseError(f"{path.name} is no object: {made_by}")
    return content


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Writes an object for people and for the steps to come."""
    write_private(path, json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n")


def _authorize(settings: Settings, host: str) -> str:
    """The header for a registry of ECR, good for twelve hours; empty for another registry. Raises ClientError."""
    found = _ECR.fullmatch(host)
    if not found:
        return ""
    told = connect(settings, "ecr", found[1]).get_authorization_token(registryIds=[host.partition(".")[0]])
    return f"Basic {told['authorizationData'][0]['authorizationToken']}"
