"""Every path of services/routes.json, how it may be asked through a cloud's gateway, and which service has answered."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from services.forms.app import ROUTES as PAGES
from services.forms.csrf import HEADER, token_of
from services.forms.visitor import COOKIE
from services.local.catalog import read_routes
from services.local.cloud.emulator import REGION
from services.workspace.description import describe
from tests.cloud.cloud import Answer, Cloud, send

__all__ = ["ENDPOINTS", "Doors", "Endpoint", "Log", "is_of_answer"]

Line = dict[str, Any]

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Endpoint:
    """A path of routes.json and the methods that it takes."""

    path: str
    service: str
    authorization: str
    methods: tuple[str, ...]

    @property
    def is_page(self) -> bool:
        """Whether people look at it: its answers are pages, and its refusals too."""
        return "/v1/" not in self.path and not self.path.startswith("/app/api/")

    @property
    def asked(self) -> str:
        """The path with a table that there is, and the id of nothing."""
        return re.sub(r"\{\w+\}", UNKNOWN_ID, self.path.replace("{table}", "customers"))

    def list_methods(self) -> set[str]:
        """What its service takes there: also what a path of it takes whose parameter could be this one's end."""
        matching = [
            other
            for other in ENDPOINTS
            if other.service == self.service and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", other.path), self.path)
        ]
        return {method for other in (self, *matching) for method in other.methods}

    @property
    def route(self) -> str:
        """As the service's log names it: the mount for IAM roles is not part of it."""
        return re.sub(r"\{(\w+)\}", r"<\1>", self.path.removeprefix("/iam"))


def _find_methods(path: str) -> tuple[str, ...]:
    described = describe("/")["paths"].get(path.removeprefix("/iam").replace("/app/api/", "/v1/"), {})
    pages = [method for method, page, *_ in PAGES if page == re.sub(r"\{(\w+)\}", r"<\1>", path)]
    return tuple(pages or [method.upper() for method in described if method in METHODS])


ENDPOINTS = [Endpoint(methods=_find_methods(route["path"]), **route) for route in read_routes()]


class Doors:
    """Headers by which each kind of endpoint is entered: a key, a role's signature, a session."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._session = _sign_in(cloud)
        self._role = _make_role(cloud)

    def ask(self, endpoint: Endpoint, method: str) -> Answer:
        """The answer to an admin's request without a body."""
        return send(method, self._cloud.url + endpoint.asked, None, self._headers(endpoint, method))

    def _headers(self, endpoint: Endpoint, method: str) -> Mapping[str, str]:
        if endpoint.authorization == "api_key":
            return {"x-api-key": self._cloud.key}
        if endpoint.authorization == "iam":
            request = AWSRequest(method, self._cloud.url + endpoint.asked)
            SigV4Auth(self._role, "execute-api", REGION).add_auth(request)
            return {str(name): str(value) for name, value in request.headers.items()}
        if endpoint.authorization == "session":
            csrf = {} if endpoint.is_page else {HEADER: token_of(self._session)}
            return {"Cookie": f"{COOKIE}={self._session}", **csrf}
        return {}


def _sign_in(cloud: Cloud) -> str:
    """The token of the admin's session, as the sign-in page gives it to a browser."""
    admin = next(person for person in cloud.told["people"] if person["role"] == "admin")
    page = cloud.ask("GET", "/sign-in")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page.body.decode())[0]
    cookie = page.headers["set-cookie"].partition(";")[0]
    form = {"csrf_token": unescape(token), "email": admin["email"], "password": admin["password"]}
    body = "&".join(f"{name}={value.replace('@', '%40')}" for name, value in form.items())
    headers = {"Cookie": cookie, "Content_Type": "application/x-www-form-urlencoded"}
    answer = cloud.ask("POST", "/sign-in", body.encode(), **headers)
    assert answer.status == 303, answer.body
    found = re.search(rf"{COOKIE}=([^;]+)", answer.headers["set-cookie"])
    assert found, answer.headers
    return found[1]


def _make_role(cloud: Cloud) -> Credentials:
    """The credentials of an IAM role that a client of the admin's stands for."""
    name = f"endpoints-{os.getpid()}"
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    arn = cloud.aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    admin = next(person for person in cloud.told["people"] if person["role"] == "admin")
    client = {"name": name, "role": "admin", "person_id": admin["id"], "iam_arn": arn}
    made = cloud.ask_json("POST", "/v1/clients", client)
    assert made.status == 201, made.body
    taken = cloud.aws("sts").assume_role(RoleArn=arn, RoleSessionName="endpoints")["Credentials"]
    return Credentials(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])


class Log:
    """What the services have logged of requests since a moment."""

    def __init__(self, cloud: Cloud) -> None:
        self._file = cloud.place.log
        self._read = self._file.stat().st_size
        self._lines: list[Line] = []

    def find_services(self, wanted: Callable[[Line], bool]) -> set[object]:
        """The services that have logged a request like this."""
        with self._file.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        texts = (text for text in whole.decode("utf-8", "replace").splitlines() if text.startswith("{"))
        self._lines += [line for line in map(json.loads, texts) if "request_id" in line]
        return {line.get("service") for line in self._lines if wanted(line)}


def is_of_answer(answer: Answer, endpoint: Endpoint, method: str) -> Callable[[Line], bool]:
    """What a log line says that belongs to this answer: a problem names its request, anything else route and status."""
    if answer.headers.get("content-type") == "application/problem+json":
        request_id = answer.json["request_id"]
        return lambda line: line.get("request_id") == request_id
    said = {"route": endpoint.route, "method": method, "status": answer.status}
    return lambda line: {name: line.get(name) for name in said} == said
