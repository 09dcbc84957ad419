"""What API Gateway says by itself, where no service is asked, in the words of the platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.local.api_gateway.messages import BadGateway, GatewayTimeout
from services.shared.errors import (
    BadRequest,
    Forbidden,
    NotFound,
    SkepError,
    TooLarge,
    UnsupportedMediaType,
    problem,
)

__all__ = ["RESPONSES", "describe"]


class TooManyRequests(SkepError):
    """You send more requests than your key allows. Wait a second and try again."""

    status, code = 429, "too_many_requests"


_UNSIGNED = "Sign the request as an IAM role that may call this API."

RESPONSES: Mapping[str, SkepError] = {
    "ACCESS_DENIED": Forbidden(_UNSIGNED),
    "API_CONFIGURATION_ERROR": BadGateway(),
    "BAD_REQUEST_BODY": BadRequest(),
    "BAD_REQUEST_PARAMETERS": BadRequest(),
    "DEFAULT_5XX": BadGateway(),
    "EXPIRED_TOKEN": Forbidden("The credentials that signed the request have expired."),
    "INTEGRATION_FAILURE": BadGateway(),
    "INTEGRATION_TIMEOUT": GatewayTimeout(),
    "INVALID_API_KEY": Forbidden("Send a valid API key in the header x-api-key."),
    "INVALID_SIGNATURE": Forbidden("The signature does not match this request."),
    "MISSING_AUTHENTICATION_TOKEN": NotFound("There is nothing at this address."),
    "QUOTA_EXCEEDED": TooManyRequests("Your key has used up what it may send."),
    "REQUEST_TOO_LARGE": TooLarge(),
    "RESOURCE_NOT_FOUND": NotFound("There is nothing at this address."),
    "THROTTLED": TooManyRequests(),
    "UNAUTHORIZED": Forbidden(_UNSIGNED),
    "UNSUPPORTED_MEDIA_TYPE": UnsupportedMediaType(),
    "WAF_FILTERED": Forbidden("The firewall refused this request. Tell us the request id if it was an ordinary one."),
}
"""Every kind of response that it may give to our clients. An unknown path and an unsigned request are one kind to it,
MISSING_AUTHENTICATION_TOKEN; kinds of 4XX that aren't here come from authorizers, which we have none of."""


def describe(error: SkepError) -> dict[str, Any]:
    """A response as gateway.json has it. API Gateway puts the request's id in the place of its variable."""
    return {"status": str(error.status), "body": problem(error, "$context.requestId")}
