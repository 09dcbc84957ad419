"""RDS authentication tokens: what a database takes for a password that lives fifteen minutes.

Source: "IAM database authentication" (RDS user guide).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from psycopg2.extensions import parse_dsn

from services.shared.signing import EMPTY, Scope, presign

__all__ = ["make_token", "token_source"]

LIFE_SECONDS = 900
KEPT_SECONDS = 600.0
"""A token lives 15 minutes and matters only at connect; a cached one leaves five to spare."""


def token_source(
    database_url: str, region: str, environment: Mapping[str, str], *, clock: Callable[[], float] = time.time
) -> Callable[[], str]:
    """A function that gives a token for the URL's host, port and user, made anew every ten minutes.

    environment: has AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, which Lambda renews in place.
    """
    parts = parse_dsn(database_url)
    endpoint = f"{parts['host']}:{parts.get('port', '5432')}"
    kept: dict[str, tuple[float, str]] = {}

    def token() -> str:
        now = clock()
        if "token" not in kept or now - kept["token"][0] > KEPT_SECONDS:
            kept["token"] = (now, make_token(endpoint, parts["user"], region, environment, now))
        return kept["token"][1]

    return token


def make_token(endpoint: str, user: str, region: str, environment: Mapping[str, str], now: float) -> str:
    """A token: a presigned URL of rds-db without its scheme. endpoint: host:port; now: seconds since 1970."""
    query = {"Action": "connect", "DBUser": user}
    scope = Scope("rds-db", region, environment, now)
    url = presign(scope, "GET", f"https://{endpoint}/", query, expires_seconds=LIFE_SECONDS, payload=EMPTY)
    return url.removeprefix("https://")
