"""Every path of services/routes.json through API Gateway: who is let in, which service answers, what it takes."""

from __future__ import annotations

from typing import Any

import pytest

from services.local.catalog import read_gateway
from tests.cloud.cloud import Answer, Cloud, wait_for
from tests.cloud.endpoints import ENDPOINTS, Doors, Endpoint, Log, is_of_answer

PROBLEM = "application/problem+json"
NO_PATHS_METHOD = "PUT"
"""What no path takes."""
GATEWAYS_OWN = [response["body"] for response in read_gateway()["responses"].values()]
"""What API Gateway says by itself, without asking a service."""

every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.path)
every_api_path = pytest.mark.parametrize(
    "endpoint", [one for one in ENDPOINTS if not one.is_page], ids=lambda endpoint: endpoint.path
)


@pytest.fixture(scope="module")
def log(cloud: Cloud) -> Log:
    """What the services log from now on."""
    return Log(cloud)


@pytest.fixture(scope="module")
def answers(cloud: Cloud, log: Log) -> dict[tuple[str, str], Answer]:
    """(path, method) -> what an admin is answered. All are asked first, so that the log is waited for but once."""
    assert log
    with cloud.limited(rate=1_000, burst=2_000):  # or quick machines would run into it
        doors = Doors(cloud)
        return {
            (endpoint.path, method): doors.ask(endpoint, method)
            for endpoint in ENDPOINTS
            for method in (*endpoint.methods, NO_PATHS_METHOD)
        }


def expect_problem(answer: Answer, *statuses: int) -> dict[str, Any]:
    """The problem that an answer is, of one of these statuses."""
    assert (answer.status in statuses, answer.headers["content-type"]) == (True, PROBLEM), (answer.status, answer.body)
    problem: dict[str, Any] = answer.json
    return problem


def test_every_path_takes_a_method_and_is_no_page_by_mistake() -> None:
    assert ENDPOINTS
    assert [endpoint.path for endpoint in ENDPOINTS if not endpoint.methods] == []
    assert {endpoint.service for endpoint in ENDPOINTS if endpoint.is_page} == {"forms"}


@every_endpoint
def test_who_shows_nothing_is_let_in_nowhere_but_at_public_paths(cloud: Cloud, endpoint: Endpoint) -> None:
    for method in endpoint.methods:
        answer = cloud.ask(method, endpoint.asked)

        if endpoint.authorization == "public":
            assert answer.status in (200, 403), answer.body  # 403: a form that was not sent from its page
        elif endpoint.authorization == "session" and endpoint.is_page:
            assert (answer.status, "/sign-in" in answer.headers["location"]) == (303, True), answer.body
        elif endpoint.authorization == "session":
            assert expect_problem(answer, 401)["code"] == "unauthorized"
        else:
            # The emulator has no answer of its own for who does not sign, and says that there is nothing.
            problem = expect_problem(answer, *((403, 404) if endpoint.authorization == "iam" else (403,)))
            assert problem | {"request_id": "$context.requestId"} in GATEWAYS_OWN


@every_endpoint
def test_who_may_is_answered_by_the_service_of_the_path(
    endpoint: Endpoint, log: Log, answers: dict[tuple[str, str], Answer]
) -> None:
    kinds = {"text/html"} if endpoint.is_page else {"application/json", "text/csv", PROBLEM}
    for method in endpoint.methods:
        answer = answers[endpoint.path, method]
        assert answer.status < 500, answer.body
        assert answer.status not in (401, 429), answer.body
        assert answer.status == 204 or answer.headers["content-type"].partition(";")[0] in kinds, answer.headers
        assert find_services(log, answer, endpoint, method) == {endpoint.service}


@every_api_path
def test_a_method_that_a_path_does_not_take_is_answered_with_those_that_it_takes(
    endpoint: Endpoint, log: Log, answers: dict[tuple[str, str], Answer]
) -> None:
    answer = answers[endpoint.path, NO_PATHS_METHOD]

    assert expect_problem(answer, 405)["code"] == "method_not_allowed"
    allowed = {method.strip() for method in answer.headers["allow"].split(",")}
    assert allowed - {"HEAD", "OPTIONS"} == endpoint.list_methods()
    assert find_services(log, answer, endpoint, NO_PATHS_METHOD) == {endpoint.service}


def find_services(log: Log, answer: Answer, endpoint: Endpoint, method: str) -> set[object]:
    """Which services have logged the request of an answer: one, as soon as its log has come."""
    wanted = is_of_answer(answer, endpoint, method)
    return wait_for(lambda: log.find_services(wanted))
