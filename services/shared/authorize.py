"""Who calls a programs' door: a client by its key, or an IAM role that API Gateway vouches for."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import g, request

from services.shared.caller import Caller, Credential
from services.shared.errors import Unauthorized
from services.shared.web import service

__all__ = ["Authorize", "api_key_caller", "iam_caller"]

Authorize = Callable[[], Caller]
"""Gives the caller of the current request. Raises Unauthorized."""

_KEY = re.compile(r"skp_[0-9A-Za-z]{1,64}_[0-9A-Za-z_-]{20,100}")


def api_key_caller() -> Caller:
    """The client whose key is in x-api-key."""
    key = request.headers.get("x-api-key", "")
    if not _KEY.fullmatch(key):
        raise Unauthorized("Send your key in the header x-api-key; an admin makes one for a client.")
    return _remember(Credential.from_secret("client", key))


def iam_caller() -> Caller:
    """The client with the role that signed the request; API Gateway has checked the signature."""
    arn = request.environ.get("skep.user_arn")
    if not arn:
        raise Unauthorized("Sign the request with the IAM role of a client (SigV4, service execute-api).")
    return _remember(Credential.from_arn(arn))


def _remember(credential: Credential) -> Caller:
    caller = Caller(service().database, credential, "rest")
    g.caller = caller
    return caller
