"""Passwords: argon2id, of which the database keeps a SHA-256, so that its rows let nobody sign in."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

from argon2.low_level import Type, hash_secret_raw

__all__ = ["MAX_LENGTH", "MIN_LENGTH", "SALT_BYTES", "make_verifier", "new_salt"]

SALT_BYTES = 16
MIN_LENGTH = 12
MAX_LENGTH = 1_000

# OWASP Password Storage Cheat Sheet, argon2id: m=19 MiB, t=2, p=1.
_MEMORY_KIB = 19 * 1024
_PASSES = 2
_LANES = 1
_HASH_BYTES = 32


def new_salt() -> bytes:
    """A salt of 16 random bytes."""
    return secrets.token_bytes(SALT_BYTES)


def make_verifier(password: str, salt: bytes) -> bytes:
    """What the database compares: the SHA-256 of the password's argon2id hash, 32 bytes.

    The password is taken in Unicode's form NFKC (RFC 8265, 4.2), as keyboards differ in what they send.
    """
    secret = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    hashed = hash_secret_raw(secret, salt, _PASSES, _MEMORY_KIB, _LANES, _HASH_BYTES, Type.ID)
    return hashlib.sha256(hashed).digest()
