"""A key, a record, a bucket and a build, for the tests of releases."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from jenkins.release.record import (
    SCHEMA,
    Code,
    Counts,
    Coverage,
    Image,
    Migrations,
    Note,
    Record,
    Routes,
    Sbom,
)
from jenkins.release.signing import FileKey, Signer, describe_image

REVISION = "0123456789abcdef0123456789abcdef01234567"
NAME = f"2026.11.23-7-{REVISION[:12]}"
SOME_HASH = hashlib.sha256(b"something").hexdigest()


def make_key(folder: Path, name: str = "key.pem", curve: ec.EllipticCurve | None = None) -> FileKey:
    """A new key in a file."""
    return FileKey(write_key(folder / name, curve or ec.SECP256R1()))


def write_key(path: Path, curve: ec.EllipticCurve) -> Path:
    """A private key as PEM."""
    key = ec.generate_private_key(curve)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def make_record(signer: Signer, **changes: Any) -> Record:
    """A record with one image, signed."""
    uri = f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/skep/sales@sha256:{SOME_HASH}"
    signature = base64.b64encode(signer.sign(describe_image("sales", uri, REVISION))).decode()
    record = Record(
        schema=SCHEMA,
        name=NAME,
        revision=REVISION,
        branch="main",
        built_at="2026-11-23T15:00:00Z",
        built_by="skep/build/main",
        build_url="https://jenkins.example/job/skep/job/build/job/main/7/",
        architecture="arm64",
        images={"sales": Image(uri, signature, "", Sbom(f"releases/{NAME}/sbom/sales.cdx.json", SOME_HASH, 3))},
        signing_key=signer.name,
        terraform=Code(SOME_HASH, SOME_HASH),
        routes=Routes(SOME_HASH, ("api_key sales /v1/opportunities",)),
        migrations=Migrations("0001_expand_tables", {"0001_expand_tables": SOME_HASH}),
        assets={"skep-0123.css": SOME_HASH},
        tests={"unit": Counts(10, 0, 1)},
        coverage=Coverage(100, 95, 20, 19),
        sonar={"analysis_id": "AY", "gate": "OK"},
        previous=None,
        notes=(Note(REVISION, "Sam Straw", 'Let "élan" be found'),),
        notes_left_out=0,
    )
    return replace(record, **changes)


class Bucket:
    """S3 as far as releases need it: writes that may be conditional, reads, a list. racing: what another one writes."""

    class exceptions:  # noqa: N801  # boto3's own word
        """The errors that a client names."""

        class NoSuchKey(Exception):
            """There is none."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.racing: dict[str, bytes] = {}

    def put_object(self, **asked: Any) -> None:
        """Writes, unless there is something and there must not be."""
        assert (asked["Bucket"], asked["IfNoneMatch"]) == ("releases", "*")
        assert asked["ContentType"]
        key = asked["Key"]
        if key in self.racing:
            self.write(key, self.racing.pop(key))
            raise ClientError({"Error": {"Code": "ConditionalRequestConflict"}}, "PutObject")
        if key in self.objects:
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        self.write(key, asked["Body"])

    def write(self, key: str, content: bytes) -> None:
        """What somebody with the rights to it can do."""
        self.objects[key] = (content, datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=len(self.objects)))

    def get_object(self, **asked: Any) -> dict[str, Any]:
        """Reads."""
        assert asked["Bucket"] == "releases"
        if asked["Key"] not in self.objects:
            raise self.exceptions.NoSuchKey
        return {"Body": BytesIO(self.objects[asked["Key"]][0])}

    def get_paginator(self, _: str) -> Bucket:
        """Of the list."""
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """A page an object."""
        for key, (_, at) in self.objects.items():
            if key.startswith(asked["Prefix"]):
                yield {"Contents": [{"Key": key, "LastModified": at}]}


def write_layout(folder: Path, content: bytes, media_type: str = "application/vnd.oci.image.manifest.v1+json") -> str:
    """An OCI layout of one image with one layer; its digest."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def keep(blob: bytes) -> dict[str, object]:
        digest = hashlib.sha256(blob).hexdigest()
        (blobs / digest).write_bytes(blob)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(blob)}

    config, layer = keep(content), keep(b"the same in all")
    manifest = keep(json.dumps({"mediaType": media_type, "config": config, "layers": [layer]}).encode())
    (folder / "index.json").write_text(json.dumps({"manifests": [manifest]}))
    return str(manifest["digest"])
