"""What PutRestApi does, for an emulator that has none: an OpenAPI document becomes resources and methods.

It knows what a document of a proxy API uses: paths, methods, security, integrations, gateway responses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.terraform.offline_provider.values import ProviderError

__all__ = ["expand"]

ANY = "x-amazon-apigateway-any-method"
VERBS = frozenset({"get", "put", "post", "delete", "patch", "head", "options", ANY})
BESIDES_VERBS = frozenset({"parameters", "summary", "description"})
INTEGRATION = "x-amazon-apigateway-integration"
RESPONSES = "x-amazon-apigateway-gateway-responses"
TAKEN = {
    "uri": "uri",
    "credentials": "credentials",
    "passthroughBehavior": "passthroughBehavior",
    "requestParameters": "requestParameters",
    "requestTemplates": "requestTemplates",
    "contentHandling": "contentHandling",
    "timeoutInMillis": "timeoutInMillis",
    "httpMethod": "integrationHttpMethod",
}
ALSO_KNOWN = frozenset({"type", "responses"})
UPPER = {"passthroughBehavior", "contentHandling"}

Document = Mapping[str, Any]


def expand(client: Any, api: str, document: Document) -> None:
    """Makes an API's resources, methods and gateway responses what the document says, and nothing else.

    Raises ProviderError for what it can't expand.
    """
    tree = _Tree(client, api)
    tree.prune(document["paths"])
    for path, operations in document["paths"].items():
        resource = tree.find(path)
        wanted = {verb: operation for verb, operation in operations.items() if verb not in BESIDES_VERBS}
        tree.remove_methods(path)
        for verb, operation in wanted.items():
            if verb not in VERBS:
                raise ProviderError(f"{path}: {verb} is nothing that can be expanded")
            where = {"restApiId": api, "resourceId": resource, "httpMethod": _verb(verb)}
            _put_method(client, where, operation, document)
    _put_responses(client, api, document.get(RESPONSES, {}))


def _verb(verb: str) -> str:
    return "ANY" if verb == ANY else verb.upper()


class _Tree:
    """The resources of an API: each is made when it is first asked for."""

    def __init__(self, client: Any, api: str) -> None:
        self._client, self._api = client, api
        pages = client.get_paginator("get_resources").paginate(restApiId=api, embed=["methods"])
        items = [item for page in pages for item in page["items"]]
        self._ids: dict[str, str] = {item["path"].rstrip("/"): item["id"] for item in items}
        self._methods = {item["path"].rstrip("/"): set(item.get("resourceMethods") or {}) for item in items}

    def prune(self, paths: Document) -> None:
        """Removes what stands on no path of the document."""
        kept = {parent + "/" + part for path in paths for parent, part in _steps(path)} | {""}
        for path in sorted(set(self._ids) - kept, key=len, reverse=True):
            self._client.delete_resource(restApiId=self._api, resourceId=self._ids.pop(path))
        for path in kept - {path.rstrip("/") for path in paths}:
            self.remove_methods(path)

    def find(self, path: str) -> str:
        """The id of a path's resource, made with all above it."""
        for parent, part in _steps(path):
            whole = f"{parent}/{part}"
            if whole not in self._ids:
                made = self._client.create_resource(restApiId=self._api, parentId=self._ids[parent], pathPart=part)
                self._ids[whole] = made["id"]
        return self._ids[path.rstrip("/")]

    def remove_methods(self, path: str) -> None:
        """Removes a path's methods, those that come again too: an integration can't be changed into another one."""
        where = path.rstrip("/")
        for verb in sorted(self._methods.pop(where, set())):
            self._client.delete_method(restApiId=self._api, resourceId=self._ids[where], httpMethod=verb)


def _steps(path: str) -> Iterator[tuple[str, str]]:
    """Each part of a path with what stands before it: /a/b -> ("", "a"), ("/a", "b")."""
    parent = ""
    for part in [part for part in path.split("/") if part]:
        yield parent, part
        parent += f"/{part}"


def _put_method(client: Any, where: Document, operation: Document, document: Document) -> None:
    schemes = document.get("components", {}).get("securitySchemes", {})
    named = [schemes[name] for each in operation.get("security", document.get("security", [])) for name in each]
    is_signed = any(scheme.get("x-amazon-apigateway-authtype") == "awsSigv4" for scheme in named)
    integration = operation[INTEGRATION]
    client.put_method(
        **where,
        authorizationType="AWS_IAM" if is_signed else "NONE",
        apiKeyRequired=any(scheme.get("name", "").lower() == "x-api-key" for scheme in named),
        requestParameters=_parameters(operation),
        **({"operationName": operation["operationId"]} if "operationId" in operation else {}),
    )
    unknown = set(integration) - set(TAKEN) - ALSO_KNOWN
    if unknown:
        raise ProviderError(f"an integration's {', '.join(sorted(unknown))} can't be expanded")
    sent = {
        TAKEN[name]: str(value).upper() if name in UPPER else value
        for name, value in integration.items()
        if name in TAKEN
    }
    client.put_integration(**where, type=integration["type"].upper(), **sent)
    for pattern, response in integration.get("responses", {}).items():
        _put_response(client, where, pattern, response)


def _parameters(operation: Document) -> dict[str, bool]:
    kinds = {"path": "path", "query": "querystring", "header": "header"}
    return {
        f"method.request.{kinds[each['in']]}.{each['name']}": bool(each.get("required"))
        for each in operation.get("parameters", [])
    }


def _put_response(client: Any, where: Document, pattern: str, response: Document) -> None:
    """pattern: which of the integration's answers it is for; "default" is every other."""
    status = str(response["statusCode"])
    parameters = response.get("responseParameters", {})
    client.put_method_response(**where, statusCode=status, responseParameters=dict.fromkeys(parameters, False))
    client.put_integration_response(
        **where,
        statusCode=status,
        responseParameters=parameters,
        responseTemplates=response.get("responseTemplates", {}),
        **({} if pattern == "default" else {"selectionPattern": pattern}),
    )


def _put_responses(client: Any, api: str, responses: Document) -> None:
    # GetGatewayResponses gives those of AWS as well: only what was set by somebody can be removed.
    found = client.get_gateway_responses(restApiId=api, limit=500)["items"]
    for each in found:
        if not each.get("defaultResponse") and each["responseType"] not in responses:
            client.delete_gateway_response(restApiId=api, responseType=each["responseType"])
    for kind, response in responses.items():
        status = {"statusCode": str(response["statusCode"])} if "statusCode" in response else {}
        client.put_gateway_response(
            restApiId=api,
            responseType=kind,
            responseParameters=response.get("responseParameters", {}),
            responseTemplates=response.get("responseTemplates", {}),
            **status,
        )
