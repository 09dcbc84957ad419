"""The RDS instance and the secrets with its roles' passwords."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from services.local.cloud.plan import Plan

__all__ = ["create_database"]


def create_database(plan: Plan, connect: Callable[[str], Any]) -> None:
    """Names the Postgres that runs already as an RDS instance, and keeps a secret for each role.

    The emulator only writes the instance down: it stands for the container, at its port.
    """
    connect("rds").create_db_instance(
        DBInstanceIdentifier=plan.name,
        DBInstanceClass="db.t4g.medium",
        Engine="postgres",
        EngineVersion="17.6",
        AllocatedStorage=20,
        DBName="skep",
        MasterUsername="postgres",
        MasterUserPassword=plan.passwords["postgres"],
        Port=plan.database_port,
        StorageEncrypted=True,
        EnableIAMDatabaseAuthentication=True,
    )
    secrets = connect("secretsmanager")
    for role, password in plan.passwords.items():
        secret = {
            "engine": "postgres",
            "host": "127.0.0.1",
            "port": plan.database_port,
            "dbname": "skep",
            "username": role,
            "password": password,
        }
        secrets.create_secret(Name=f"{plan.name}/database/{role}", SecretString=json.dumps(secret))
