"""The requests: REST API (v1) proxy events with every field that API Gateway sends for a client with a key."""

from __future__ import annotations

import json
from typing import Any

from tests.support.world import key_of

__all__ = ["CONTEXT", "Context", "get_event", "list_event", "post_event"]

_HOST = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
_REQUEST_ID = "e5488776-afe4-4e5e-92b1-37bd23f234d6"
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate, br",
    "Accept-Language": "en-US,en;q=0.9",
    "CloudFront-Forwarded-Proto": "https",
    "CloudFront-Is-Desktop-Viewer": "true",
    "CloudFront-Is-Mobile-Viewer": "false",
    "CloudFront-Is-SmartTV-Viewer": "false",
    "CloudFront-Is-Tablet-Viewer": "false",
    "CloudFront-Viewer-ASN": "16509",
    "CloudFront-Viewer-Country": "US",
    "Host": _HOST,
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
    "Via": "2.0 8d3fcb1f5d1a7a7f6f0e1a2b3c4d5e6f.cloudfront.net (CloudFront)",
    "X-Amz-Cf-Id": "Xy3zQ0bT5k1n8lqk7c2m9w4v6u5t4s3r2q1p0o9n8m7l6k5j4h3g2f==",
    "X-Amzn-Trace-Id": "Root=1-667f1c1e-0f1e2d3c4b5a69788796a5b4",
    "X-Forwarded-For": "203.0.113.10, 130.176.1.10",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
}

Event = dict[str, Any]


class Context:
    """What Lambda gives beside the event."""

    function_name = "customers"
    function_version = "$LATEST"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:customers"
    aws_request_id = _REQUEST_ID
    log_group_name = "/aws/lambda/customers"
    log_stream_name = "2026/03/10/[$LATEST]abcdef"

    def get_remaining_time_in_millis(self) -> int:
        """Gives what a fresh invocation has."""
        return 29_000


CONTEXT = Context()


def get_event(who: str, record_id: str) -> Event:
    """A GET of one customer."""
    path = f"/v1/customers/{record_id}"
    return _event(who, "GET", path, "/v1/customers/{record_id}", parameters={"record_id": record_id})


def list_event(who: str, query: dict[str, str]) -> Event:
    """A page of customers."""
    return _event(who, "GET", "/v1/customers", "/v1/customers", query=query)


def post_event(who: str, number: str) -> Event:
    """A new customer, whose name no other has when the number is new."""
    body = {
        "company": f"Aperture Vono {number} Ltd",
        "sector": "Software",
        "email": f"giulia.petrov.{number}@example.com",
        "phone": "+1 415 555 0123",
        "website": "https://www.aperture-vono.example",
        "size": 140,
        "founded": 1987,
        "revenue": "1250000.50",
        "currency": "USD",
        "country": "Italy",
        "notes": "asked for a quote on forty units by the end of the month",
    }
    return _event(who, "POST", "/v1/customers", "/v1/customers", body=json.dumps(body))


def _event(
    who: str,
    method: str,
    path: str,
    resource: str,
    *,
    query: dict[str, str] | None = None,
    parameters: dict[str, str] | None = None,
    body: str | None = None,
) -> Event:
    headers = {**_HEADERS, "x-api-key": key_of(who)}
    if body is not None:
        headers["Content-Type"] = "application/json"
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
        "pathParameters": parameters,
        "stageVariables": None,
        "requestContext": _request_context(method, path, resource, headers),
        "body": body,
        "isBase64Encoded": False,
    }


def _request_context(method: str, path: str, resource: str, headers: dict[str, str]) -> dict[str, Any]:
    nobody = ("cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "principalOrgId", "accessKey")
    identity: dict[str, Any] = dict.fromkeys((*nobody, "cognitoAuthenticationType", "cognitoAuthenticationProvider"))
    identity |= {"sourceIp": "203.0.113.10", "userArn": None, "userAgent": headers["User-Agent"], "user": None}
    identity |= {"apiKey": headers["x-api-key"], "apiKeyId": "zvq4o0w6k9"}
    return {
        "resourceId": "2gxmpl",
        "resourcePath": resource,
        "httpMethod": method,
        "extendedRequestId": "JJbxmplHYosFVYQ=",
        "requestTime": "10/Mar/2026:00:03:59 +0000",
        "path": "/prod" + path,
        "accountId": "123456789012",
        "protocol": "HTTP/1.1",
        "stage": "prod",
        "domainPrefix": "a1b2c3d4e5",
        "requestTimeEpoch": 1773100000000,
        "requestId": _REQUEST_ID,
        "identity": identity,
        "domainName": _HOST,
        "apiId": "a1b2c3d4e5",
    }
