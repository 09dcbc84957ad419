"""An OpenAPI document becomes the resources and methods of a REST API, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.terraform.offline_provider.resources.openapi import expand
from tests.terraform.offline_provider.values import ProviderError

Call = tuple[str, dict[str, Any]]


class Gateway:
    """As much of API Gateway as keeps resources, and the calls that came."""

    def __init__(self, paths: dict[str, list[str]]) -> None:
        self.calls: list[Call] = []
        self._items = [
            {"id": f"id{path}", "path": path, "resourceMethods": dict.fromkeys(verbs)} for path, verbs in paths.items()
        ]

    def get_paginator(self, _: str) -> Gateway:
        """Of GetResources."""
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        """One page."""
        yield {"items": self._items}

    def get_gateway_responses(self, **_: Any) -> dict[str, Any]:
        """One of somebody's, one of AWS's."""
        return {
            "items": [
                {"responseType": "THROTTLED", "defaultResponse": False},
                {"responseType": "DEFAULT_4XX", "defaultResponse": True},
            ]
        }

    def create_resource(self, **sent: Any) -> dict[str, str]:
        """A resource whose id tells its path."""
        self.calls.append(("create_resource", sent))
        return {"id": f"{sent['parentId'].rstrip('/')}/{sent['pathPart']}"}

    def __getattr__(self, name: str) -> Any:
        return lambda **sent: self.calls.append((name, sent))

    def sent(self, name: str) -> list[dict[str, Any]]:
        """What came for an operation, without the API's id."""
        return [
            {key: value for key, value in sent.items() if key != "restApiId"}
            for called, sent in self.calls
            if called == name
        ]


INTEGRATION = {"type": "aws_proxy", "httpMethod": "POST", "uri": "arn:live"}
ANY = "x-amazon-apigateway-any-method"


def _method(**more: Any) -> dict[str, Any]:
    return {"x-amazon-apigateway-integration": INTEGRATION, **more}


def _document(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    schemes = {
        "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
        "role": {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"},
    }
    return {"openapi": "3.0.1", "paths": paths, "components": {"securitySchemes": schemes}, **more}


def test_each_part_of_a_path_is_a_resource_made_once() -> None:
    gateway = Gateway({"/": []})
    expand(gateway, "api", _document({"/v1/customers": {ANY: _method()}, "/v1/customers/{id}": {ANY: _method()}}))
    assert [(sent["parentId"], sent["pathPart"]) for sent in gateway.sent("create_resource")] == [
        ("id/", "v1"),
        ("id/v1", "customers"),
        ("id/v1/customers", "{id}"),
    ]


@pytest.mark.parametrize(
    ("security", "kind", "needs_key"),
    [([{"key": []}], "NONE", True), ([{"role": []}], "AWS_IAM", False), ([], "NONE", False)],
)
def test_who_may_call_is_said_by_the_security_schemes(security: list[Any], kind: str, needs_key: bool) -> None:
    gateway = Gateway({"/": []})
    expand(gateway, "api", _document({"/": {ANY: _method(security=security)}}))
    (method,) = gateway.sent("put_method")
    assert (method["httpMethod"], method["authorizationType"], method["apiKeyRequired"]) == ("ANY", kind, needs_key)


def test_an_integration_is_put_as_it_stands() -> None:
    gateway = Gateway({"/": []})
    own = INTEGRATION | {
        "type": "http_proxy",
        "httpMethod": "GET",
        "requestParameters": {"a": "b"},
        "timeoutInMillis": 9,
    }
    operation = {
        "x-amazon-apigateway-integration": own,
        "parameters": [{"name": "file", "in": "path", "required": True}],
    }
    expand(gateway, "api", _document({"/{file}": {"get": operation}}))
    assert gateway.sent("put_integration") == [
        {
            "resourceId": "id/{file}",
            "httpMethod": "GET",
            "type": "HTTP_PROXY",
            "integrationHttpMethod": "GET",
            "uri": "arn:live",
            "requestParameters": {"a": "b"},
            "timeoutInMillis": 9,
        }
    ]
    assert gateway.sent("put_method")[0]["requestParameters"] == {"method.request.path.file": True}


def test_what_the_document_no_longer_has_is_removed_deepest_first() -> None:
    gateway = Gateway({"/": [], "/v1": ["GET"], "/v1/old": ["ANY"], "/v1/old/{id}": ["ANY"], "/v1/new": ["GET"]})
    expand(gateway, "api", _document({"/v1/new": {ANY: _method()}}))
    assert [sent["resourceId"] for sent in gateway.sent("delete_resource")] == ["id/v1/old/{id}", "id/v1/old"]
    assert sorted((sent["resourceId"], sent["httpMethod"]) for sent in gateway.sent("delete_method")) == [
        ("id/v1", "GET"),
        ("id/v1/new", "GET"),
    ]


def test_gateway_responses_are_those_of_the_document() -> None:
    gateway = Gateway({"/": []})
    responses = {"INVALID_API_KEY": {"statusCode": 403, "responseTemplates": {"application/json": "{}"}}}
    expand(gateway, "api", _document({}, **{"x-amazon-apigateway-gateway-responses": responses}))
    assert gateway.sent("delete_gateway_response") == [{"responseType": "THROTTLED"}]
    (put,) = gateway.sent("put_gateway_response")
    assert (put["responseType"], put["statusCode"]) == ("INVALID_API_KEY", "403")


@pytest.mark.parametrize(
    ("operations", "what"),
    [
        ({"x-amazon-apigateway-something": _method()}, "x-amazon-apigateway-something"),
        ({ANY: {"x-amazon-apigateway-integration": INTEGRATION | {"cacheNamespace": "x"}}}, "cacheNamespace"),
    ],
)
def test_what_cannot_be_expanded_is_refused_and_named(operations: dict[str, Any], what: str) -> None:
    with pytest.raises(ProviderError, match=what):
        expand(Gateway({"/": []}), "api", _document({"/": operations}))
