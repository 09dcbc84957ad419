"""A signature is good for one content and one key."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jenkins.release.errors import ReleaseError
from jenkins.release.signing import FileKey, KmsKey, WrongSignature, check, describe_image, find_region
from tests.unit.jenkins.release.samples import make_key, write_key

ARN = "arn:aws:kms:eu-west-1:111111111111:key/0123"


class Kms:
    """KMS with one key, which notes what it was asked to sign."""

    def __init__(self, curve: ec.EllipticCurve) -> None:
        self.key = ec.generate_private_key(curve)
        self.asked: list[dict[str, Any]] = []

    def get_public_key(self, **asked: Any) -> dict[str, Any]:
        """Its public half, in DER."""
        assert asked == {"KeyId": "alias/skep-signing"}
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {"KeyId": ARN, "PublicKey": public}

    def sign(self, **asked: Any) -> dict[str, Any]:
        """Any signature."""
        self.asked.append(asked)
        return {"Signature": b"signature"}


def test_what_is_signed_checks_and_anything_else_does_not(tmp_path: Path) -> None:
    key, other = make_key(tmp_path), make_key(tmp_path, "other.pem")
    signature = key.sign(b"content")

    check(key.public_key(), b"content", signature, "it")
    for public, content, signed in (
        (key.public_key(), b"content.", signature),
        (key.public_key(), b"content", signature[:-1] + bytes([signature[-1] ^ 1])),
        (key.public_key(), b"content", b""),
        (other.public_key(), b"content", signature),
    ):
        with pytest.raises(WrongSignature, match="The signature of it is not"):
            check(public, content, signed, "it")


def test_kms_is_given_the_digest_and_named_by_its_arn() -> None:
    kms = Kms(ec.SECP256R1())
    key = KmsKey(kms, "alias/skep-signing")

    assert (key.name, key.sign(b"content")) == (ARN, b"signature")
    assert kms.asked == [
        {
            "KeyId": ARN,
            "Message": hashlib.sha256(b"content").digest(),
            "MessageType": "DIGEST",
            "SigningAlgorithm": "ECDSA_SHA_256",
        }
    ]


def test_a_key_of_another_curve_signs_nothing(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="P-256"):
        KmsKey(Kms(ec.SECP384R1()), "alias/skep-signing")
    with pytest.raises(ReleaseError, match="P-256"):
        FileKey(write_key(tmp_path / "other.pem", ec.SECP384R1()))


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\n"])  # pragma: allowlist secret
def test_a_file_without_a_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key.pem").write_bytes(content)
    with pytest.raises(ReleaseError, match="no private key to be read"):
        FileKey(tmp_path / "key.pem")


def test_a_file_s_key_is_named_by_its_public_half_and_not_by_where_it_is(tmp_path: Path) -> None:
    key = make_key(tmp_path)

    assert key.name.startswith("file:")
    assert str(tmp_path) not in key.name


def test_openssl_checks_the_same_signature(tmp_path: Path) -> None:
    key = make_key(tmp_path)
    content = describe_image("sales", "registry.example/skep/sales@sha256:00", "0" * 40)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, value in (("public.pem", public), ("content", content), ("signature", key.sign(content))):
        (tmp_path / name).write_bytes(value)
    command = ["openssl", "dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "content"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.strip()) == (0, "Verified OK")


def test_the_region_of_a_key_is_that_of_its_arn() -> None:
    assert find_region(ARN) == "eu-west-1"
    assert find_region("arn:aws:kms:us-east-2:111111111111:alias/skep-signing") == "us-east-2"
    assert find_region("alias/skep-signing") == ""
