"""The schema that the offline provider reads out of its bindings is that of the real one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.terraform.offline_provider.making import ensure_schema
from tests.terraform.offline_provider.mirror import find_providers
from tests.terraform.offline_provider.schema import list_known, read_block

STRING, NUMBER, BOOL = "string", "number", "bool"


@pytest.fixture(scope="module", autouse=True)
def _schema() -> None:
    if find_providers().kind == "registry":
        pytest.skip("the registry's own providers are used")
    ensure_schema()


@pytest.mark.parametrize(
    ("kind", "type_", "attribute", "expected"),
    [
        ("resources", "aws_db_instance", "password_wo",
         {"type": STRING, "optional": True, "write_only": True, "sensitive": True}),
        ("resources", "aws_db_instance", "password", {"type": STRING, "optional": True, "sensitive": True}),
        ("resources", "aws_db_instance", "password_wo_version", {"type": NUMBER, "optional": True}),
        ("resources", "aws_db_instance", "instance_class", {"type": STRING, "required": True}),
        ("resources", "aws_db_instance", "max_allocated_storage", {"type": NUMBER, "optional": True}),
        ("resources", "aws_db_instance", "kms_key_id", {"type": STRING, "optional": True, "computed": True}),
        ("resources", "aws_db_instance", "replicas", {"type": ["list", STRING], "computed": True}),
        ("resources", "aws_lambda_function", "architectures",
         {"type": ["list", STRING], "optional": True, "computed": True}),
        ("resources", "aws_lambda_function", "publish", {"type": BOOL, "optional": True}),
        ("resources", "aws_lambda_function", "qualified_arn", {"type": STRING, "computed": True}),
        ("resources", "aws_subnet", "vpc_id", {"type": STRING, "required": True}),
        ("resources", "aws_secretsmanager_secret_version", "secret_string_wo",
         {"type": STRING, "optional": True, "write_only": True, "sensitive": True}),
        ("data", "aws_caller_identity", "account_id", {"type": STRING, "computed": True}),
        ("ephemeral", "aws_secretsmanager_random_password", "random_password", {"type": STRING, "computed": True}),
        ("provider", "aws", "allowed_account_ids", {"type": ["set", STRING], "optional": True}),
    ],
)  # fmt: skip
def test_an_attribute_is_what_it_is_in_the_provider(
    kind: str, type_: str, attribute: str, expected: dict[str, Any]
) -> None:
    assert read_block(kind, type_)["attributes"][attribute] == expected


def test_blocks_stand_in_blocks() -> None:
    blocks = read_block("resources", "aws_lambda_function")["block_types"]
    assert {name: blocks["vpc_config"].get(name) for name in ("nesting", "min", "max")} == {
        "nesting": "list",
        "min": None,
        "max": 1,
    }
    assert blocks["vpc_config"]["block"]["attributes"]["subnet_ids"] == {"type": ["set", STRING], "required": True}
    assert blocks["timeouts"]["nesting"] == "single"
    acl = read_block("resources", "aws_wafv2_web_acl")["block_types"]
    assert (acl["default_action"]["min"], acl["default_action"]["max"], acl["rule"]["nesting"]) == (1, 1, "set")


def test_objects_that_aws_may_fill_in_are_attributes() -> None:
    ingress = read_block("resources", "aws_security_group")["attributes"]["ingress"]
    assert ingress["type"][:1] == ["set"]
    assert ingress["type"][1][1]["cidr_blocks"] == ["list", STRING]
    assert (ingress["optional"], ingress["computed"]) == (True, True)


def test_statements_of_a_web_acl_are_spelled_out_three_deep() -> None:
    block = read_block("resources", "aws_wafv2_web_acl")["block_types"]["rule"]["block"]
    for way in (("statement", "and_statement"), ("statement", "not_statement"), ("statement",)):
        for step in way:
            block = block["block_types"][step]["block"]
    assert "byte_match_statement" in block["block_types"]


def test_what_is_no_type_is_not_known() -> None:
    assert list_known("resources", ["aws_vpc", "aws_vcp", "aws_caller_identity"]) == ["aws_vpc"]
