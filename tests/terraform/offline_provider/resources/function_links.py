"""Lambda: what reads queues for a function, what happens to its failures, and what is kept warm."""

from __future__ import annotations

import time
from collections.abc import Callable, Set
from typing import Any

from tests.terraform.offline_provider.context import Context
from tests.terraform.offline_provider.spec import Spec
from tests.terraform.offline_provider.values import ProviderError, State

__all__ = ["LINKS", "invoke_arn"]

TRIES = 60


def invoke_arn(arn: str) -> str:
    """What API Gateway calls to invoke a function or an alias."""
    region = arn.split(":")[3]
    return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"


def _wait(done: Callable[[], bool], what: str) -> None:
    for _ in range(TRIES):
        if done():
            return
        time.sleep(1)
    raise ProviderError(f"{what} is not ready after {TRIES} s")


def _finish_mapping(context: Context, state: State, _: Set[str]) -> None:
    client = context.client("lambda")

    def is_done() -> bool:
        return str(client.get_event_source_mapping(UUID=state["id"])["State"]) in {"Enabled", "Disabled"}

    _wait(is_done, f"event source mapping {state['id']}")


def _complete_mapping(_: Context, state: State, answer: Any) -> None:
    uuid = answer["UUID"]
    arn = answer["FunctionArn"]
    state |= {"id": uuid, "uuid": uuid, "function_arn": arn, "state": answer.get("State")}
    state["enabled"] = answer.get("State") in {"Enabled", "Enabling", "Creating"}
    if state.get("function_name") not in {arn, arn.split(":function:")[1], arn.split(":")[6]}:
        state["function_name"] = arn


def _qualified(state: State) -> dict[str, str]:
    found = {"FunctionName": str(state["function_name"])}
    return found | ({"Qualifier": str(state["qualifier"])} if state.get("qualifier") else {})


def _before_invoke(_: Context, __: str, sent: dict[str, Any], state: State) -> None:
    sent |= _qualified(state)


def _complete_provisioned(_: Context, state: State, answer: Any) -> None:
    state["provisioned_concurrent_executions"] = answer["RequestedProvisionedConcurrentExecutions"]


LINKS = {
    "aws_lambda_event_source_mapping": Spec(
        "lambda",
        "create_event_source_mapping",
        "get_event_source_mapping",
        "delete_event_source_mapping",
        ("update_event_source_mapping",),
        names={"uuid": "UUID"},
        inputs={"id": "UUID"},
        by_operation={"get_event_source_mapping": {"id": "UUID"}},
        id="{uuid}",
        replace="event_source_arn",
        defaults={"enabled": True},
        after=_finish_mapping,
        complete=_complete_mapping,
    ),
    "aws_lambda_function_event_invoke_config": Spec(
        "lambda",
        "put_function_event_invoke_config",
        "get_function_event_invoke_config",
        "delete_function_event_invoke_config",
        ("put_function_event_invoke_config",),
        id="{function_name}",
        replace="function_name qualifier",
        defaults={"maximum_retry_attempts": 2},
        before=_before_invoke,
    ),
    "aws_lambda_provisioned_concurrency_config": Spec(
        "lambda",
        "put_provisioned_concurrency_config",
        "get_provisioned_concurrency_config",
        "delete_provisioned_concurrency_config",
        ("put_provisioned_concurrency_config",),
        id="{function_name},{qualifier}",
        replace="function_name qualifier",
        quiet="skip_destroy",
        defaults={"skip_destroy": False},
        complete=_complete_provisioned,
    ),
}
