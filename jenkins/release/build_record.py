"""Makes a build's release record: gathers what was built and what proves it, refuses what lacks, signs, uploads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jenkins.release.canonical import hash_bytes, write_private
from jenkins.release.errors import ReleaseError
from jenkins.release.evidence import find_lacking, read_coverage, read_sonar, read_tests
from jenkins.release.push import read_built, read_json
from jenkins.release.record import SCHEMA, Image, Record, Sbom, read_record
from jenkins.release.settings import Settings
from jenkins.release.signing import PublicKey, Signer
from jenkins.release.sources import hash_assets, hash_code, hash_migrations, hash_routes, is_ancestor, list_notes
from jenkins.release.store import Releases

__all__ = ["Lacking", "build_record", "publish"]

LOOKED_AT = 50
"""Releases that are asked whether they are in this one's history."""


class Lacking(ReleaseError):
    """What proves the release isn't all there."""


def build_record(settings: Settings, signer: Signer, releases: Releases | None) -> Record:
    """The record of what is in build/, checked whole. releases: to find the one before. Raises ReleaseError."""
    evidence = _gather(settings)
    previous = _find_previous(settings, releases, signer.public_key())
    notes, left_out = list_notes(previous.revision if previous else None, settings.revision)
    name = settings.release
    built, images = _describe_images(settings, name)
    record = Record(
        schema=SCHEMA,
        name=name,
        revision=settings.revision,
        branch=settings.branch,
        built_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        built_by=settings.get("JOB_NAME", "by hand"),
        build_url=settings.get("BUILD_URL"),
        architecture=_find_architecture(built),
        images=images,
        signing_key=signer.name,
        terraform=hash_code(),
        routes=hash_routes(),
        migrations=hash_migrations(),
        assets=hash_assets(),
        previous=previous.name if previous else None,
        notes=notes,
        notes_left_out=left_out,
        **evidence,
    )
    return read_record(record.to_bytes(), signer.public_key())


def publish(settings: Settings, record: Record, signer: Signer, releases: Releases | None) -> Record:
    """Uploads bills of materials, then the record: with it, the release is there. Writes build/release/record.json.

    Without a bucket, on a branch that makes no release, the file is all. Raises ReleaseError.
    """
    signature = b""
    if releases is not None:
        for service, image in record.images.items():
            releases.add_file(image.sbom.key, _sbom(settings, service).read_bytes())
        record, signature = releases.add(record, signer)
    content = record.to_bytes()
    write_private(settings.releases / "record.json", content)
    write_private(settings.releases / "record.json.sig", signature or signer.sign(content))
    return record


def _gather(settings: Settings) -> dict[str, Any]:
    """tests, coverage and sonar. Raises Lacking with every reason."""
    try:
        tests, coverage = read_tests(settings.build), read_coverage(settings.build)
        sonar = read_sonar(settings.build)
    except ValueError as error:
        raise Lacking(f"There can be no release: {error}") from error
    lacking = find_lacking(tests, coverage, sonar, needs_gate=settings.is_for_release)
    if lacking:
        raise Lacking("There can be no release: " + "; ".join(lacking))
    return {"tests": tests, "coverage": coverage, "sonar": sonar}


def _describe_images(settings: Settings, name: str) -> tuple[dict[str, dict[str, Any]], dict[str, Image]]:
    built = read_built(settings)
    uris = read_json(settings.releases / "images.json", "make push")
    signed = read_json(settings.releases / "signatures.json", "make sign")
    images = {}
    for service, entry in built.items():
        uri = str(uris.get(service))
        if not uri.endswith(f"@{entry['digest']}"):
            raise ReleaseError(f"{uri} was pushed of {service}, and {entry['digest']} is what was built: make push")
        content = _read_sbom(settings, service)
        images[service] = Image(
            uri=uri,
            signature=str(signed["signatures"].get(service, "")),
            base=str(entry.get("base_digest") or ""),
            sbom=Sbom(
                key=f"releases/{name}/sbom/{service}.cdx.json",
                sha256=hash_bytes(content),
                components=len(json.loads(content).get("components", [])),
            ),
        )
    return built, images


def _find_architecture(built: dict[str, dict[str, Any]]) -> str:
    """As Lambda names it."""
    found = {str(entry["architecture"]) for entry in built.values()}
    if len(found) != 1:
        raise ReleaseError(f"The images are of several architectures: {', '.join(sorted(found))}")
    return {"amd64": "x86_64", "aarch64": "arm64"}.get(*found, *found)


def _sbom(settings: Settings, service: str) -> Path:
    return settings.build / "images" / service / "sbom.cdx.json"


def _read_sbom(settings: Settings, service: str) -> bytes:
    try:
        return _sbom(settings, service).read_bytes()
    except OSError:
        raise ReleaseError(f"There is no bill of materials of {service}: make images") from None


def _find_previous(settings: Settings, releases: Releases | None, key: PublicKey) -> Record | None:
    """The release that was written last, of this commit's own history; another branch's is nobody's predecessor."""
    names = releases.list_names() if releases else iter(())
    for _, name in zip(range(LOOKED_AT), names, strict=False):
        if name == settings.release:
            continue
        try:
            record = releases.get(name, key) if releases else None
        except ReleaseError as error:
            print(f"{name} is left out of the history: {error}")
            continue
        if record is not None and is_ancestor(record.revision, settings.revision):
            return record
    return None
