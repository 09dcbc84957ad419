"""What we sign is what botocore signs at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from services.shared.signing import MissingCredentials, Scope, presign, sign

ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG"}
TOKENS = [None, "FwoGZXIvYXdzE/+A=="]
NOW = 1_790_000_000.0
URL = "https://bucket.s3.eu-west-1.amazonaws.com/uploads/a-b/c%20d.csv"


def environment(token: str | None) -> dict[str, str]:
    return ENVIRONMENT | ({"AWS_SESSION_TOKEN": token} if token else {})


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    """botocore's clock is the one thing that can't be handed in."""
    moment = datetime.utcfromtimestamp(NOW)  # noqa: DTZ004  botocore's clock has no zone
    with mock.patch("botocore.auth.get_current_datetime", return_value=moment):
        yield


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=True))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize(
    ("method", "query", "headers"),
    [
        ("GET", {}, {}),
        ("GET", {"response-content-disposition": "attachment; filename*=UTF-8''a%20b~.csv"}, {}),
        ("PUT", {}, {"Content-Length": "1234", "Content-Type": "text/csv;  charset=utf-8"}),
        ("HEAD", {}, {}),
    ],
)
def test_a_presigned_url_is_botocores(
    token: str | None, method: str, query: dict[str, str], headers: dict[str, str]
) -> None:
    request = AWSRequest(method, URL, params=dict(query), headers=dict(headers))
    auth = S3SigV4QueryAuth(Credentials(*ENVIRONMENT.values(), token), "s3", "eu-west-1", expires=3600)
    auth.add_auth(request)
    scope = Scope("s3", "eu-west-1", environment(token), NOW)
    ours = presign(scope, method, URL, query, expires_seconds=3600, headers=headers)
    assert urlsplit(ours)[:3] == urlsplit(request.url)[:3]
    assert query_of(ours) == query_of(request.url) | query


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("token", TOKENS)
def test_signed_headers_are_botocores(token: str | None) -> None:
    url, body = "https://sqs.eu-west-1.amazonaws.com/", b'{"QueueUrl": "q", "MessageBody": "\xc3\xa9"}'
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage"}
    request = AWSRequest("POST", url, headers=dict(headers), data=body)
    SigV4Auth(Credentials(*ENVIRONMENT.values(), token), "sqs", "eu-west-1").add_auth(request)
    ours = sign(Scope("sqs", "eu-west-1", environment(token), NOW), "POST", url, headers, body)
    assert ours == dict(request.headers.items())


@pytest.mark.parametrize("name", list(ENVIRONMENT))
def test_without_credentials_nothing_is_signed(name: str) -> None:
    scope = Scope("s3", "eu-west-1", {k: v for k, v in ENVIRONMENT.items() if k != name}, NOW)
    with pytest.raises(MissingCredentials, match=name):
        presign(scope, "GET", URL, {}, expires_seconds=60)


def test_a_scope_shows_no_secret() -> None:
    assert ENVIRONMENT["AWS_SECRET_ACCESS_KEY"] not in repr(Scope("s3", "eu-west-1", ENVIRONMENT, NOW))
