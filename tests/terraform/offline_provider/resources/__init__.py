"""Every resource type that the emulator can make: Terraform's name -> Spec."""

from __future__ import annotations

from collections.abc import Mapping

from tests.terraform.offline_provider.resources import (
    access,
    alarms,
    buckets,
    database,
    functions,
    keys,
    logs,
    network,
    queues,
    registries,
    rest_api,
    schedules,
    secret_values,
    security_groups,
    topics,
    usage,
)
from tests.terraform.offline_provider.spec import Spec

__all__ = ["SPECS"]

SPECS: Mapping[str, Spec] = {
    **access.SPECS,
    **alarms.SPECS,
    **buckets.SPECS,
    **database.SPECS,
    **functions.SPECS,
    **keys.SPECS,
    **logs.SPECS,
    **network.SPECS,
    **queues.SPECS,
    **registries.SPECS,
    **rest_api.SPECS,
    **schedules.SPECS,
    **secret_values.SPECS,
    **security_groups.SPECS,
    **topics.SPECS,
    **usage.SPECS,
}
