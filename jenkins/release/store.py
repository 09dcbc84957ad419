"""The bucket of releases: releases/<name>/record.json, its signature, bills of materials; each is written once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from jenkins.release.errors import ReleaseError
from jenkins.release.record import Record, WrongRecord, verify
from jenkins.release.signing import PublicKey, Signer, check

__all__ = ["AlreadyThere", "NoRelease", "Releases"]

TRIES = 3
KINDS = {".json": "application/json", ".sig": "application/octet-stream"}


class NoRelease(ReleaseError):
    """There is no such release."""


class AlreadyThere(ReleaseError):
    """A release has this name already, and is another one."""


class Releases:
    """client: boto3's S3."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def get(self, name: str, key: PublicKey) -> Record:
        """A release by its name. Raises NoRelease, WrongRecord, WrongSignature."""
        content, signature = self._read(_record(name)), self._read(_signature(name))
        if content is None:
            raise NoRelease(f"There is no release {name} in {self._bucket}")
        if signature is None:
            raise NoRelease(f"The record of {name} was never signed: its build was stopped. Build it again")
        record = verify(content, signature, key)
        if record.name != name:
            raise WrongRecord(f"The record at {name} is that of {record.name}")
        return record

    def add(self, record: Record, signer: Signer) -> tuple[Record, bytes]:
        """Writes a release, and gives what is there now: the same, perhaps written a minute ago, and its signature.

        Both writes are conditional: of two builds with one name, one is refused. Raises AlreadyThere.
        """
        ours = record.to_bytes()
        there = self._put_once(_record(record.name), ours)
        signature = self._read(_signature(record.name))
        if there != ours:
            # Our own signature says nothing of what another has written; its own content has to be ours.
            found = verify(there, signature or signer.sign(there), signer.public_key())
            if not found.says_the_same_as(record):
                raise AlreadyThere(
                    f"A release {record.name} is there already, and says something else. A record is never changed: "
                    "build once more, under another number or tag"
                )
            record = found
        signed = self._put_once(_signature(record.name), signature or signer.sign(there))
        check(signer.public_key(), there, signed, f"the release {record.name}")
        return record, signed

    def add_file(self, key: str, content: bytes) -> None:
        """Writes what belongs to a release. Raises AlreadyThere when something else is there."""
        if self._put_once(key, content) != content:
            raise AlreadyThere(f"{key} is there already, and is something else")

    def list_names(self) -> Iterator[str]:
        """The names of all releases, the last written first."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix="releases/")
        records = [item for page in pages for item in page.get("Contents", []) if item["Key"].endswith("/record.json")]
        for item in sorted(records, key=lambda item: (item["LastModified"], item["Key"]), reverse=True):
            yield str(item["Key"]).split("/")[1]

    def _put_once(self, key: str, content: bytes) -> bytes:
        """Writes an object unless there is one; gives what is there now."""
        kind = next(kind for suffix, kind in KINDS.items() if key.endswith(suffix))
        for _ in range(TRIES):
            try:
                self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=kind, IfNoneMatch="*")
                return content
            except ClientError as error:
                # A conflict is two writers at the same moment: one of them is through the next time.
                if error.response["Error"]["Code"] not in {"PreconditionFailed", "ConditionalRequestConflict"}:
                    raise
            found = self._read(key)
            if found is not None:
                return found
        raise ReleaseError(f"{key} can neither be written nor read in {self._bucket}")

    def _read(self, key: str) -> bytes | None:
        try:
            return bytes(self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read())
        except self._client.exceptions.NoSuchKey:
            return None


def _record(name: str) -> str:
    return f"releases/{name}/record.json"


def _signature(name: str) -> str:
    return f"releases/{name}/record.json.sig"
