"""One environment's resources, made by boto3 from catalog.json and routes.json. Terraform will replace this package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.local.cloud.plan import Plan
from services.local.cloud.wiring.database import create_database
from services.local.cloud.wiring.functions import create_functions
from services.local.cloud.wiring.queues import create_queues
from services.local.cloud.wiring.rest_api import create_rest_api
from services.local.cloud.wiring.storage import create_buckets, create_repositories
from services.local.cloud.wiring.triggers import create_schedules, create_triggers

__all__ = ["wire"]


def wire(plan: Plan, connect: Callable[[str], Any], assets: Path) -> None:
    """Makes everything in an empty emulator. connect: service -> boto3 client; assets: what the bucket serves.

    Raises botocore's ClientError.
    """
    create_database(plan, connect)
    create_buckets(plan, connect, assets)
    uris = create_repositories(plan, connect)
    queues = create_queues(plan, connect)
    usage_plan = create_rest_api(plan, connect)
    create_functions(plan, connect, uris, queues, usage_plan)
    create_triggers(plan, connect, queues)
    create_schedules(plan, connect)
