"""The release record: what was built, from what, and what proves it. Written once, signed, and never changed."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from jenkins.release.canonical import from_bytes, hash_bytes, to_bytes
from jenkins.release.errors import ReleaseError
from jenkins.release.shapes import WrongShape, read_shape
from jenkins.release.signing import PublicKey, WrongSignature, check, describe_image

__all__ = [
    "SCHEMA", "Code", "Counts", "Coverage", "Image", "Migrations", "Note", "Record", "Routes", "Sbom", "WrongRecord",
    "read_record", "verify",
]  # fmt: skip

SCHEMA = "skep-release/1"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_URI = re.compile(r"[\w.:-]+(?:/[\w.-]+)+@sha256:[0-9a-f]{64}")
_FORMS = {
    "name": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
    "revision": re.compile(r"[0-9a-f]{40}"),
    "built_at": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
}


class WrongRecord(ReleaseError):
    """It can't be a record that this tool has written and signed."""


@dataclass(frozen=True)
class Sbom:
    """The bill of materials of an image. key: where it lies in the bucket of releases."""

    key: str
    sha256: str
    components: int


@dataclass(frozen=True)
class Image:
    """uri: repository@sha256:…; signature: of `describe_image`, DER in base64; base: the digest of the image below."""

    uri: str
    signature: str
    base: str
    sbom: Sbom


@dataclass(frozen=True)
class Code:
    """Hashes of terraform/: of all its code, and of the lock files of providers."""

    folder: str
    locks: str


@dataclass(frozen=True)
class Routes:
    """sha256: of what API Gateway is told; paths: `<authorization> <service> <path>`, to see what goes away."""

    sha256: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Migrations:
    """head: the last one's name; all: every file's name -> its hash."""

    head: str
    all: Mapping[str, str]


@dataclass(frozen=True)
class Counts:
    """What a suite came to."""

    tests: int
    failed: int
    skipped: int


@dataclass(frozen=True)
class Coverage:
    """Lines and branches of all suites together."""

    lines: int
    lines_covered: int
    branches: int
    branches_covered: int


@dataclass(frozen=True)
class Note:
    """A commit since the release before."""

    revision: str
    author: str
    subject: str


@dataclass(frozen=True)
class Record:
    """One release. sonar: what the analysis said, None where a branch has none; previous: whom the notes count from."""

    schema: str
    name: str
    revision: str
    branch: str
    built_at: str
    built_by: str
    build_url: str
    architecture: str
    images: Mapping[str, Image]
    signing_key: str
    terraform: Code
    routes: Routes
    migrations: Migrations
    assets: Mapping[str, str]
    tests: Mapping[str, Counts]
    coverage: Coverage
    sonar: Mapping[str, str] | None
    previous: str | None
    notes: tuple[Note, ...]
    notes_left_out: int

    def __post_init__(self) -> None:
        """Raises WrongShape for what no record says."""
        if self.schema != SCHEMA:
            raise WrongShape(f"the schema is {self.schema!r}; this tool reads {SCHEMA}")
        for name, form in _FORMS.items():
            if not form.fullmatch(getattr(self, name)):
                raise WrongShape(f"{name} is {getattr(self, name)!r}")
        hashes = {"terraform": self.terraform.folder, "locks": self.terraform.locks, "routes": self.routes.sha256}
        hashes |= {**self.assets, **self.migrations.all}
        hashes |= {f"sbom of {service}": image.sbom.sha256 for service, image in self.images.items()}
        wrong = [name for name, value in hashes.items() if not _SHA256.fullmatch(value)]
        wrong += [service for service, image in self.images.items() if not _URI.fullmatch(image.uri)]
        if wrong or not self.images:
            raise WrongShape(f"no hashes: {', '.join(wrong) or 'there is no image'}")
        if self.migrations.head not in self.migrations.all:
            raise WrongShape(f"{self.migrations.head} is no migration of the release")

    @property
    def uris(self) -> dict[str, str]:
        """Service -> its image by digest: the release file that Terraform reads."""
        return {service: image.uri for service, image in self.images.items()}

    def to_bytes(self) -> bytes:
        """The file."""
        return to_bytes(asdict(self))

    @property
    def sha256(self) -> str:
        """Names the record: `sha256sum record.json` says the same."""
        return hash_bytes(self.to_bytes())

    def says_the_same_as(self, other: Record) -> bool:
        """But for when it was written, and for signatures, which differ each time that the same thing is signed."""
        return _bare(self) == _bare(other)


def _bare(record: Record) -> dict[str, Any]:
    images = {service: replace(image, signature="") for service, image in record.images.items()}
    return asdict(record) | {"built_at": "", "images": images}


def verify(content: bytes, signature: bytes, key: PublicKey) -> Record:
    """The record of a file, when it is what was signed, and each image in it is what was signed.

    Raises WrongRecord, WrongSignature.
    """
    check(key, content, signature, "the release record")
    return read_record(content, key)


def read_record(content: bytes, key: PublicKey) -> Record:
    """The record of a file, whoever has signed that, when each image in it is what was signed.

    Raises WrongRecord, WrongSignature.
    """
    try:
        record = read_shape(Record, from_bytes(content))
    except ValueError as error:
        raise WrongRecord(f"The release record is none: {error}") from error
    for service, image in record.images.items():
        try:
            signed = base64.b64decode(image.signature, validate=True)
        except binascii.Error:
            raise WrongSignature(f"The signature of the image of {service} is no base64") from None
        check(key, describe_image(service, image.uri, record.revision), signed, f"the image of {service}")
    return record
