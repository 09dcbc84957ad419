"""How a database in AWS lets us in: the owner by a token, the master by a secret that the bootstrap alone reads.

Source: "GetSecretValue" (AWS Secrets Manager API reference, AWS JSON protocol).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from services.migrations.errors import MigrationError, MissingSettings
from services.migrations.session import URL_NAME
from services.shared.outside import NoAnswer, ask
from services.shared.rds_token import token_source
from services.shared.signing import MissingCredentials, Scope, sign

REGION_NAME = "SKEP_DATABASE_IAM_REGION"
SECRET_NAME = "SKEP_DATABASE_MASTER_SECRET_ARN"  # noqa: S105  # a setting's name
ENDPOINT_NAME = "SKEP_SECRETS_ENDPOINT"
"""Where another than AWS answers for Secrets Manager."""

MAINTENANCE = "postgres"
"""The database that is there before ours."""
TIMEOUT_SECONDS = 10.0


def owner_url(environment: Mapping[str, str], *, clock: Callable[[], float] = time.time) -> str:
    """How libpq reaches the database as skep_owner; with a token for a password where the environment names a region.

    The token is good for connecting within fifteen minutes. Raises MissingSettings, MigrationError.
    """
    url = _get(environment, URL_NAME)
    region = environment.get(REGION_NAME)
    if not region:
        return url
    try:
        return make_dsn(url, password=token_source(url, region, environment, clock=clock)())
    except (KeyError, psycopg2.Error, MissingCredentials) as error:
        raise MigrationError(f"There is no token for {URL_NAME}: {type(error).__name__}.") from None


def master_url(environment: Mapping[str, str], *, clock: Callable[[], float] = time.time) -> tuple[str, str]:
    """How libpq reaches the owner's server as its master, and the name of the owner's database.

    Raises MissingSettings, MigrationError.
    """
    url, arn = _get(environment, URL_NAME), _get(environment, SECRET_NAME)
    try:
        parts = parse_dsn(url)
        database = parts["dbname"]
    except (KeyError, psycopg2.Error):
        raise MigrationError(f"{URL_NAME} must be a libpq URL that names a database.") from None
    secret = _read_secret(arn, environment, clock())
    master = {"user": secret["username"], "password": secret["password"], "dbname": MAINTENANCE}
    return make_dsn(**{**parts, **master}), database


def _read_secret(arn: str, environment: Mapping[str, str], now: float) -> Mapping[str, Any]:
    """What a secret holds. What Secrets Manager answers is repeated in no message."""
    if arn.count(":") < 6:
        raise MigrationError(f"{SECRET_NAME} is not the ARN of a secret.")
    region = arn.split(":")[3]
    endpoint = environment.get(ENDPOINT_NAME) or f"https://secretsmanager.{region}.amazonaws.com"
    body = json.dumps({"SecretId": arn}).encode()
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.GetSecretValue"}
    try:
        signed = sign(Scope("secretsmanager", region, environment, now), "POST", f"{endpoint}/", headers, body)
        with ask("POST", f"{endpoint}/", headers=signed, body=body, timeout_seconds=TIMEOUT_SECONDS) as answer:
            if answer.status != 200:
                raise MigrationError(
                    f"Secrets Manager answers {answer.status} for {SECRET_NAME}. May the role read it?"
                )
            given = json.loads(json.loads(answer.read())["SecretString"])
    except (MissingCredentials, NoAnswer) as error:
        raise MigrationError(f"Secrets Manager can't be asked: {error}.") from None
    except (KeyError, TypeError, ValueError):
        given = None
    if not isinstance(given, dict) or not all(isinstance(given.get(name), str) for name in ("username", "password")):
        raise MigrationError(f"The secret of {SECRET_NAME} must hold a username and a password as JSON.")
    return given


def _get(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise MissingSettings(f"set {name} in the environment")
    return value
