"""Values of an environment that must not get through: wrong accounts and names, sizes that don't fit, no protection."""

from __future__ import annotations

from tests.terraform.changes import Change

DEV, PRODUCTION = "terraform/environments/dev/terraform.tfvars", "terraform/environments/production/terraform.tfvars"
INVENTORY = "tests/terraform/test_inventories.py"
DEV_APPLIED, PRODUCTION_APPLIED = (INVENTORY, "-k", "dev"), (INVENTORY, "-k", "production")

SERVICE = """\
"purchases": {
      "kind": "api",
      "mounts": [],
      "memory_mb": 512,
      "timeout_seconds": 25,
      "egress": "none",
      "database": "skep_app",
      "uses": [],
      "extras": ["lambda"]
    },
    "sales": {"""

SIZES = [
    Change(
        "a service in the catalog without its image",
        "services/catalog.json",
        r'"sales": \{',
        SERVICE,
        DEV_APPLIED,
        "Without image: purchases",
    ),
    Change(
        "production that can be deleted",
        PRODUCTION,
        "(deletion_protection +)= true",
        r"\1= false",
        PRODUCTION_APPLIED,
        "Production's database has a standby",
    ),
    Change(
        "a service without a limit",
        DEV,
        r"(service_concurrency +)= \d+",
        r"\1= -1",
        DEV_APPLIED,
        "without a limit (-1)",
    ),
    Change(
        "more connections than the database takes",
        DEV,
        r"(service_concurrency +)= \d+",
        r"\1= 100",
        DEV_APPLIED,
        "The functions may open",
    ),
    Change(
        "production's account in dev",
        DEV,
        r'(account_id +)= "\d+"',
        r'\1= "333333333333"',
        DEV_APPLIED,
        "Production has an account to itself",
    ),
    Change(
        "dev's values for production",
        PRODUCTION,
        r'(environment +)= "production"',
        r'\1= "dev"',
        PRODUCTION_APPLIED,
        "These are the values of dev",
    ),
    Change(
        "production's name in dev",
        DEV,
        r"(domain +)= null",
        r'\1= { name = "api.production.example.com", zone_id = "Z1", '
        r'certificate_arn = "arn:aws:acm:eu-west-1:111111111111:certificate/a" }',
        DEV_APPLIED,
        "This is another environment's name",
    ),
    Change(
        "weights with provisioned concurrency",
        PRODUCTION,
        r"(provisioned_concurrency +)= \{\}",
        r"\1= { sales = 1 }",
        PRODUCTION_APPLIED,
        "no weights on an alias with provisioned concurrency",
    ),
    Change(
        "replicas with a managed password",
        PRODUCTION,
        r"(  replicas +)= 1\n",
        r"\g<0>  manage_master_password = true\n",
        PRODUCTION_APPLIED,
        "no replicas of an instance whose master password it manages",
    ),
    Change(
        "sign-in by others without a way out",
        DEV,
        r"(features +)= \[\]",
        r'\1= ["oidc"]',
        DEV_APPLIED,
        'This needs a service with "egress": "internet"',
    ),
    Change(
        "another size than the inventory has",
        DEV,
        "db.t4g.micro",
        "db.t4g.small",
        DEV_APPLIED,
        "+  instance_class: db.t4g.small",
    ),
]
