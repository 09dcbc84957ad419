"""The Lambda functions: one a service, from its image, with a published version and the alias `live`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.local.cloud.emulator import ACCOUNT, REGION
from services.local.cloud.plan import Plan
from services.local.cloud.wiring.queues import Queue
from services.local.cloud.wiring.storage import files_bucket

__all__ = ["ALIAS", "alias_arn", "create_functions"]

ALIAS = "live"


def alias_arn(plan: Plan, service: str) -> str:
    """The ARN of a service's alias, which is known before it is there."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{plan.function_name(service)}:{ALIAS}"


def create_functions(
    plan: Plan, connect: Callable[[str], Any], uris: Mapping[str, str], queues: Mapping[str, Queue], usage_plan: str
) -> None:
    """Makes the function of every service. uris: service -> image URI."""
    client = connect("lambda")
    for service, uri in uris.items():
        name, entry = plan.function_name(service), plan.catalog[service]
        client.create_function(
            FunctionName=name,
            PackageType="Image",
            Code={"ImageUri": uri},
            Role=f"arn:aws:iam::{ACCOUNT}:role/{name}",
            MemorySize=entry["memory_mb"],
            Timeout=entry["timeout_seconds"],
            Environment={"Variables": _environment(plan, service, queues, usage_plan)},
        )
    for service in uris:
        name = plan.function_name(service)
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        version = client.publish_version(FunctionName=name)["Version"]
        client.create_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version)


def _environment(plan: Plan, service: str, queues: Mapping[str, Queue], usage_plan: str) -> dict[str, str]:
    """A function's own variables; the last is the emulator's, and names who runs the function."""
    variables = {"SKEP_RELEASE": f"local-{plan.revision[:12]}", "SKEP_REVISION": plan.revision}
    if service == "migrations":
        variables["SKEP_DATABASE_OWNER_URL"] = plan.database_url("skep_owner")
    elif service == "key_sync":
        variables |= {"SKEP_ENVIRONMENT": plan.name, "SKEP_USAGE_PLAN_ID": usage_plan}
    else:
        role = "skep_job" if service == "automations" else "skep_app"
        variables |= {
            "SKEP_DATABASE_URL": plan.database_url(role),
            "SKEP_FILES_BUCKET": files_bucket(plan),
            "SKEP_FILES_ENDPOINT": plan.public_endpoint,
            "SKEP_WORK_QUEUE_URL": queues["work"].url,
            "SKEP_KEY_QUEUE_URL": queues["keys"].url,
        }
    return variables | {"MINISTACK_LAMBDA_PROXY_URL": plan.lambda_url}
