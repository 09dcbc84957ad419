"""AWS signatures, version 4, made here: a few lines of HMAC instead of boto3's 350 ms of import.

Source: "Signature Version 4" (IAM user guide), "Authenticating requests: using query parameters" (S3 API reference).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

__all__ = ["EMPTY", "UNSIGNED", "MissingCredentials", "Scope", "presign", "sign"]

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY = hashlib.sha256(b"").hexdigest()
"""The hash of a request without a body."""
UNSIGNED = "UNSIGNED-PAYLOAD"
"""What S3 takes for the hash of a body that the signer has not seen."""


class MissingCredentials(Exception):
    """There is nobody to sign for: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not in the environment."""


class Scope(NamedTuple):
    """What a signature is good for. now: seconds since 1970; environment: has AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY and maybe AWS_SESSION_TOKEN, which Lambda renews in place."""

    service: str
    region: str
    environment: Mapping[str, str]
    now: float

    def __repr__(self) -> str:
        """What it is for, without the credentials."""
        return f"Scope({self.service!r}, {self.region!r}, {self.moment})"

    @property
    def moment(self) -> str:
        """The time as it is signed: 20240131T090000Z."""
        return datetime.fromtimestamp(self.now, UTC).strftime("%Y%m%dT%H%M%SZ")

    @property
    def name(self) -> str:
        """Date, region and service."""
        return f"{self.moment[:8]}/{self.region}/{self.service}/aws4_request"

    @property
    def credential(self) -> str:
        """Who signs, and for what. Raises MissingCredentials."""
        return f"{_get(self.environment, 'AWS_ACCESS_KEY_ID')}/{self.name}"

    @property
    def token(self) -> str | None:
        """The session's token where the credentials are a session's."""
        return self.environment.get("AWS_SESSION_TOKEN") or None

    def signature(self, canonical_request: str) -> str:
        """The signature of a request in canonical form. Raises MissingCredentials."""
        digest = hashlib.sha256(canonical_request.encode()).hexdigest()
        key = f"AWS4{_get(self.environment, 'AWS_SECRET_ACCESS_KEY')}".encode()
        for part in self.name.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.new(key, f"{ALGORITHM}\n{self.moment}\n{self.name}\n{digest}".encode(), "sha256").hexdigest()


def presign(
    scope: Scope,
    method: str,
    url: str,
    query: Mapping[str, str],
    *,
    expires_seconds: int,
    headers: Mapping[str, str] | None = None,
    payload: str = UNSIGNED,
) -> str:
    """A URL that anyone may call until it expires, with these headers and no others of their names.

    url: without a query, its path encoded as it is sent; query: what else the URL asks for, not yet encoded.
    """
    signed = _canonical_headers({**(headers or {}), "host": urlsplit(url).netloc})
    full = {
        **query,
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": scope.credential,
        "X-Amz-Date": scope.moment,
        "X-Amz-Expires": str(expires_seconds),
        "X-Amz-SignedHeaders": ";".join(signed),
        **({"X-Amz-Security-Token": scope.token} if scope.token else {}),
    }
    canonical_query = urlencode(sorted(full.items()), quote_via=quote, safe="-_.~")
    signature = scope.signature(_canonical(method, url, canonical_query, signed, payload))
    return f"{url}?{canonical_query}&X-Amz-Signature={signature}"


def sign(scope: Scope, method: str, url: str, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    """The headers of a request with the signature among them. url: without a query."""
    added = {"X-Amz-Date": scope.moment, **({"X-Amz-Security-Token": scope.token} if scope.token else {})}
    sent = {**headers, **added}
    signed = _canonical_headers({**sent, "host": urlsplit(url).netloc})
    signature = scope.signature(_canonical(method, url, "", signed, hashlib.sha256(body).hexdigest()))
    parts = f"Credential={scope.credential}, SignedHeaders={';'.join(signed)}, Signature={signature}"
    return {**sent, "Authorization": f"{ALGORITHM} {parts}"}


def _canonical(method: str, url: str, query: str, headers: Mapping[str, str], payload: str) -> str:
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    return f"{method}\n{urlsplit(url).path or '/'}\n{query}\n{lines}\n{';'.join(headers)}\n{payload}"


def _canonical_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted((name.lower(), " ".join(value.split())) for name, value in headers.items()))


def _get(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise MissingCredentials(f"{name} is not in the environment")
    return value
