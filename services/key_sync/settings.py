"""This service's own settings: it has no database, and nothing else to be told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from services.shared.settings import MissingSettings

__all__ = ["KeySyncSettings"]

NAMES = ("SKEP_ENVIRONMENT", "SKEP_USAGE_PLAN_ID", "AWS_REGION")


@dataclass(frozen=True, slots=True)
class KeySyncSettings:
    """What the environment says. boto3 itself reads credentials and AWS_ENDPOINT_URL."""

    environment: str
    """The name that tells this environment's keys from another's in the same account. SKEP_ENVIRONMENT."""

    usage_plan_id: str
    """API Gateway's id of the plan that every key belongs to. SKEP_USAGE_PLAN_ID."""

    region: str
    """Where the API stands. AWS_REGION, which Lambda sets."""

    function_version: str = "$LATEST"
    """The Lambda version that runs this. AWS_LAMBDA_FUNCTION_VERSION."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> KeySyncSettings:
        """The settings that an environment gives.

        Raises MissingSettings with every missing name at once, ValueError for a name of an environment that is none.
        """
        missing = [name for name in NAMES if not environment.get(name)]
        if missing:
            raise MissingSettings(f"set {', '.join(missing)} in the environment")
        name, usage_plan_id, region = (environment[name] for name in NAMES)
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", name):
            raise ValueError(f"SKEP_ENVIRONMENT is {name!r}; it must be small letters, digits and hyphens, 40 at most")
        return cls(name, usage_plan_id, region, environment.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"))
