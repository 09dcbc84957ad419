"""Changes of modules and roots that must not get through: wrong code, something opened, an owner too many."""

from __future__ import annotations

from tests.terraform.changes import RULES, Change

DATABASE, FUNCTION = "terraform/modules/database", "terraform/modules/lambda_service"

LANGUAGE = "tests/terraform/test_language.py"
SAME = "tests/terraform/test_environments.py"
APPLIED = "tests/terraform/test_states.py"
POLICIES = "tests/terraform/test_policies.py"
VALID = "tests/terraform/test_format.py"

OPEN_SUBNET = """
resource "aws_internet_gateway" "open" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route" "open" {
  route_table_id         = aws_route_table.isolated.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.open.id
}
"""

WRONG_CODE = [
    Change(
        "a typo in an attribute's name",
        f"{DATABASE}/instance.tf",
        "storage_encrypted ",
        "storage_encripted ",
        (VALID, "-k", "modules/database"),
        'An argument named "storage_encripted" is not expected here',
    ),
    Change(
        "a route in an app but not in routes.json",
        "services/routes.json",
        r'  \{"path": "/v1/health".*\n',
        "",
        ("tests/architecture/test_catalog.py",),
        "/v1/health",
    ),
    Change(
        "a file out of shape",
        f"{DATABASE}/instance.tf",
        "  count = ",
        "  count     = ",
        (VALID, "-k", "formatted"),
        "count     =",
    ),
    Change(
        "a variable without a description",
        f"{FUNCTION}/variables.tf",
        r"  description = .*\n",
        "",
        (LANGUAGE,),
        "has no description",
    ),
    Change("a variable without a type", f"{FUNCTION}/variables.tf", r"  type  +=.*\n", "", (LANGUAGE,), "has no type"),
    Change(
        "a legal set that isn't checked",
        f"{FUNCTION}/variables.tf",
        r'(variable "kind" \{[^}]*?)  validation \{[^}]*\}\n',
        r"\1",
        (LANGUAGE,),
        "var.kind",
    ),
    Change(
        "a provider in a module",
        f"{DATABASE}/main.tf",
        r"\A",
        'provider "aws" {}\n',
        (LANGUAGE,),
        "modules/database/main.tf",
    ),
    Change(
        "an environment with code of its own",
        "terraform/environments/dev/main.tf",
        r"\Z",
        "\n# Only here.\n",
        (SAME,),
        "main.tf",
    ),
    Change(
        "an environment with another's state",
        "terraform/environments/dev/backend.tf",
        "environments/dev/",
        "environments/staging/",
        (SAME,),
        "staging",
    ),
    Change(
        "a state without its lock",
        "terraform/environments/dev/backend.tf",
        "use_lockfile = true",
        "use_lockfile = false",
        (RULES,),
        "use_lockfile",
    ),
]

OPENED = [
    Change(
        "a public subnet for the database",
        "terraform/modules/network/main.tf",
        r"\Z",
        OPEN_SUBNET,
        (APPLIED, "-k", "environments/dev"),
        "aws_db_subnet_group.main: a public subnet",
    ),
    Change(
        "an unencrypted bucket",
        "terraform/modules/work/buckets.tf",
        '"aws:kms"',
        '"AES256"',
        (APPLIED, "-k", "modules/work"),
        "AES256 without a key of ours",
    ),
    Change(
        "a policy with *",
        f"{FUNCTION}/role.tf",
        '"logs:CreateLogStream", "logs:PutLogEvents"',
        '"*"',
        (POLICIES, "-k", "modules/lambda_service"),
        "the action *",
    ),
    Change(
        "a policy with a service's every action",
        f"{FUNCTION}/role.tf",
        '"logs:CreateLogStream", "logs:PutLogEvents"',
        '"logs:*"',
        (POLICIES, "-k", "modules/lambda_service"),
        "the action logs:*",
    ),
    Change(
        "a star for a resource without a reason",
        f"{FUNCTION}/role.tf",
        " # no narrower resource: .*",
        "",
        (POLICIES, "-k", "says_on_its_line_why"),
        "role.tf",
    ),
    Change(
        "a role without a boundary",
        f"{FUNCTION}/role.tf",
        r"  permissions_boundary +=.*\n",
        "",
        (RULES,),
        "permissions_boundary",
    ),
    Change(
        "TLS as one likes",
        f"{DATABASE}/parameters.tf",
        r'(name +)= "rds.force_ssl"\n( +value +)= "1"',
        r'\1= "rds.force_ssl"\n\2= "0"',
        (RULES,),
        "aws_db_parameter_group.main",
    ),
    Change(
        "a key that never rotates",
        "terraform/modules/key/main.tf",
        "(enable_key_rotation +)= true",
        r"\1= false",
        (RULES,),
        "aws_kms_key.this",
    ),
    Change(
        "a master password in the state",
        f"{DATABASE}/instance.tf",
        r"password_wo  ",
        "password     ",
        (RULES,),
        "aws_db_instance.primary: password",
    ),
]

OWNED = [
    Change(
        "an image by tag",
        f"{FUNCTION}/main.tf",
        r"image_uri( +)= .*",
        r'image_uri\1= "111111111111.dkr.ecr.eu-west-1.amazonaws.com/skep/sales:v1"',
        (RULES,),
        "sales:v1",
    ),
    Change(
        "an alias that Terraform moves",
        f"{FUNCTION}/aliases.tf",
        r"ignore_changes = \[function_version, routing_config\]",
        "ignore_changes = [routing_config]",
        (RULES,),
        "aws_lambda_alias.live",
    ),
    Change(
        "an alias without its lifecycle",
        f"{FUNCTION}/aliases.tf",
        r"    ignore_changes = .*\n",
        "",
        (RULES,),
        "aws_lambda_alias.live",
    ),
    Change(
        "a function that somebody else moves",
        f"{FUNCTION}/main.tf",
        r"  lifecycle \{\n",
        "  lifecycle {\n    ignore_changes = [image_uri]\n",
        (RULES,),
        "aws_lambda_function.this",
    ),
]
