"""Who calls a programs' door: a client by its key, or an IAM role that API Gateway vouches for."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import g, request

from services.shared.caller import Caller, Credential
from services.shared.errors import Unauthorized
from services.shared.web import service

__all__ = ["Authorize", "program_caller"]

Authorize = Callable[[], Caller]
"""Gives the caller of the current request. Raises Unauthorized."""

_KEY = re.compile(r"skp_[0-9A-Za-z]{1,64}_[0-9A-Za-z_-]{20,100}")


def program_caller() -> Caller:
    """The client with the key in x-api-key; below /iam the one with the role that signed the request."""
    return _iam_caller() if request.environ.get("skep.iam") else _api_key_caller()


def _api_key_caller() -> Caller:
    key = request.headers.get("x-api-key", "")
    if not _KEY.fullmatch(key):
        raise Unauthorized("Send your key in the header x-api-key; an admin makes one for a client.")
    return _remember(Credential.from_secret("client", key))


def _iam_caller() -> Caller:
    arn = request.environ.get("skep.user_arn")  # API Gateway has checked the signature
    if not arn:
        raise Unauthorized("Sign the request with the IAM role of a client (SigV4, service execute-api).")
    return _remember(Credential.from_arn(arn))


def _remember(credential: Credential) -> Caller:
    caller = Caller(service().database, credential, "rest")
    g.caller = caller
    _ = caller.identity  # so that the log line names who it was; asked once in an execution environment
    return caller
