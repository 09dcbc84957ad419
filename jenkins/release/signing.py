"""Signatures: ECDSA over P-256 with SHA-256, by a key in AWS KMS or one in a file. The public key checks them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from jenkins.release.canonical import to_bytes
from jenkins.release.errors import ReleaseError

__all__ = ["FileKey", "KmsKey", "PublicKey", "Signer", "WrongSignature", "check", "describe_image", "find_region"]

PublicKey = ec.EllipticCurvePublicKey
ALGORITHM = "ECDSA_SHA_256"
_ARN = re.compile(r"arn:[\w-]+:kms:([\w-]+):\d{12}:(?:key|alias)/[\w/-]+")


class WrongSignature(ReleaseError):
    """What was signed is not what is there, or another key has signed it."""


class Signer(Protocol):
    """A key pair. What is signed is the SHA-256 of a content, so that the content may be of any size."""

    @property
    def name(self) -> str:
        """Which key it is, for people: an ARN, or a file's fingerprint."""
        ...

    def sign(self, content: bytes) -> bytes:
        """The signature in DER."""
        ...

    def public_key(self) -> PublicKey:
        """What checks its signatures."""
        ...


class KmsKey:
    """A key that never leaves AWS KMS. client: boto3's; key_id: its id, ARN or alias."""

    def __init__(self, client: Any, key_id: str) -> None:
        self._client = client
        told = client.get_public_key(KeyId=key_id)
        self.name = str(told["KeyId"])
        self._public_key = _need_p256(load_der_public_key(told["PublicKey"]), self.name)

    def sign(self, content: bytes) -> bytes:
        """As Signer.sign. Raises botocore's ClientError."""
        digest = hashlib.sha256(content).digest()
        answer = self._client.sign(KeyId=self.name, Message=digest, MessageType="DIGEST", SigningAlgorithm=ALGORITHM)
        return bytes(answer["Signature"])

    def public_key(self) -> PublicKey:
        """As Signer.public_key."""
        return self._public_key


class FileKey:
    """A private key in a PEM file, for tests and developers."""

    def __init__(self, path: Path) -> None:
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise ReleaseError(
                f"There is no private key to be read in the file that SKEP_SIGNING_KEY names: {error}"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ReleaseError("The key that SKEP_SIGNING_KEY names is no elliptic curve's")
        self._key = key
        self._public_key = _need_p256(key.public_key(), "The key in the file")
        public = self._public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.name = f"file:{hashlib.sha256(public).hexdigest()[:16]}"

    def sign(self, content: bytes) -> bytes:
        """As Signer.sign."""
        return self._key.sign(content, ec.ECDSA(SHA256()))

    def public_key(self) -> PublicKey:
        """As Signer.public_key."""
        return self._public_key


def check(key: PublicKey, content: bytes, signature: bytes, what: str) -> None:
    """Does nothing when the key's owner has signed this content. Raises WrongSignature, which names `what`."""
    digest = hashlib.sha256(content).digest()
    try:
        key.verify(signature, digest, ec.ECDSA(Prehashed(SHA256())))
    except InvalidSignature:
        raise WrongSignature(f"The signature of {what} is not that of its content by the key of releases") from None


def describe_image(service: str, uri: str, revision: str) -> bytes:
    """What is signed of an image: which service it is, which digest, of which commit."""
    return to_bytes({"type": "skep-image/1", "service": service, "image": uri, "revision": revision})


def find_region(key_id: str) -> str:
    """The region that a key's ARN names; empty for an id or an alias."""
    found = _ARN.fullmatch(key_id)
    return found[1] if found else ""


def _need_p256(key: object, name: str) -> PublicKey:
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise ReleaseError(f"{name} is no key of the curve P-256 (ECC_NIST_P256)")
