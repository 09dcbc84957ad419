"""Tokens signed by us are those that boto3 signs."""

from __future__ import annotations

from datetime import datetime
from unittest import mock

import botocore.session
import pytest
from botocore.credentials import Credentials
from botocore.signers import RequestSigner

from services.shared.rds_token import make_token, token_source

ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG"}
NOW = 1_790_000_000.0


def by_boto3(environment: dict[str, str]) -> str:
    """The token that botocore signs at NOW. Its clock is the one thing that can't be handed in."""
    session = botocore.session.Session()
    credentials = Credentials(*ENVIRONMENT.values(), environment.get("AWS_SESSION_TOKEN"))
    emitter = session.get_component("event_emitter")
    signer = RequestSigner(session.get_service_model("rds").service_id, "eu-west-1", "rds", "v4", credentials, emitter)
    frozen = datetime.utcfromtimestamp(NOW)  # noqa: DTZ004  botocore's clock has no zone
    with mock.patch("botocore.auth.get_current_datetime", return_value=frozen):
        url = signer.generate_presigned_url(
            {
                "url_path": "/",
                "query_string": "",
                "headers": {},
                "body": {"Action": "connect", "DBUser": "skep_app"},
                "method": "GET",
                "url": "https://db.example.com:5432/",
                "context": {},
            },
            operation_name="connect",
            expires_in=900,
            region_name="eu-west-1",
            signing_name="rds-db",
        )
    return str(url).removeprefix("https://")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("session_token", [None, "FwoGZXIvYXdzE/+A=="])
def test_a_token_equals_boto3s_at_the_same_moment(session_token: str | None) -> None:
    environment = ENVIRONMENT | ({"AWS_SESSION_TOKEN": session_token} if session_token else {})
    ours = make_token("db.example.com:5432", "skep_app", "eu-west-1", environment, NOW)
    theirs = by_boto3(environment)
    assert sorted(ours.partition("?")[2].split("&")) == sorted(theirs.partition("?")[2].split("&"))


def test_a_token_is_made_anew_after_ten_minutes() -> None:
    now = [NOW]
    token = token_source("postgresql://skep_app@db.example.com/skep", "eu-west-1", ENVIRONMENT, clock=lambda: now[0])
    first = token()
    now[0] += 599
    assert token() == first
    now[0] += 2
    assert token() != first
