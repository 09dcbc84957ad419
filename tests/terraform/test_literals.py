"""What no environment may change is written out in its module, and what Terraform must leave alone is named there."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.architecture.tree import expect_none
from tests.terraform.hcl import Block, Expression, list_blocks, walk
from tests.terraform.places import TERRAFORM, list_roots


class Literal(NamedTuple):
    """An attribute of every resource of a type, and the value that stands there. path: through nested blocks."""

    kind: str
    path: str
    value: object

    def __str__(self) -> str:
        return f"{self.kind}.{self.path}"


LITERALS = (
    Literal("aws_api_gateway_domain_name", "security_policy", "TLS_1_2"),
    Literal("aws_api_gateway_method_settings", "settings.caching_enabled", False),
    Literal("aws_api_gateway_method_settings", "settings.data_trace_enabled", False),
    Literal("aws_db_instance", "iam_database_authentication_enabled", True),
    Literal("aws_db_instance", "publicly_accessible", False),
    Literal("aws_db_instance", "storage_encrypted", True),
    Literal("aws_db_proxy", "debug_logging", False),
    Literal("aws_db_proxy", "require_tls", True),
    Literal("aws_ecr_repository", "image_scanning_configuration.scan_on_push", True),
    Literal("aws_ecr_repository", "image_tag_mutability", "IMMUTABLE"),
    Literal("aws_lambda_function", "package_type", "Image"),
    Literal("aws_lambda_function", "publish", True),
    Literal("aws_rds_cluster", "iam_database_authentication_enabled", True),
    Literal("aws_rds_cluster", "storage_encrypted", True),
    Literal("aws_rds_cluster_instance", "publicly_accessible", False),
    Literal("aws_s3_bucket_public_access_block", "block_public_acls", True),
    Literal("aws_s3_bucket_public_access_block", "block_public_policy", True),
    Literal("aws_s3_bucket_public_access_block", "ignore_public_acls", True),
    Literal("aws_s3_bucket_public_access_block", "restrict_public_buckets", True),
    Literal("aws_subnet", "map_public_ip_on_launch", False),
)

MUST_SET = {
    "aws_cloudwatch_log_group": ("kms_key_id", "retention_in_days"),
    "aws_db_instance": ("parameter_group_name", "vpc_security_group_ids"),
    "aws_ecr_repository": ("encryption_configuration",),
    "aws_iam_role": ("permissions_boundary",),
    "aws_lambda_function": ("image_uri", "kms_key_arn", "logging_config", "reserved_concurrent_executions", "timeout"),
    "aws_secretsmanager_secret": ("kms_key_id",),
    "aws_sns_topic": ("kms_master_key_id",),
    "aws_sqs_queue": ("kms_master_key_id", "message_retention_seconds"),
}
"""Type -> attributes that none may leave to AWS's default."""

REPLACED_ALIVE = {
    "aws_acm_certificate": "the domain name holds it",
    "aws_api_gateway_deployment": "the stage points at it: Active stages pointing to this deployment must be moved",
    "aws_db_parameter_group": "a group in use can't be deleted",
    "aws_rds_cluster_parameter_group": "a group in use can't be deleted",
}
"""Types whose replacement has to be there before the old one goes -> why. Mocks don't see it."""

NO_SECRET = {"password", "master_password", "secret_string", "auth_token"}
"""Attributes that would put a secret into the state; `…_wo` doesn't."""


@pytest.mark.parametrize("literal", LITERALS, ids=str)
def test_no_environment_can_change(literal: Literal) -> None:
    resources = list_blocks("resource", literal.kind)
    assert resources
    expect_none(
        f"{one.where}: {literal.path} is {found!r}"
        for one in resources
        for found in _at(one.body, literal.path.split("."))
        if found != literal.value or isinstance(found, Expression)
    )


@pytest.mark.parametrize(("kind", "names"), MUST_SET.items(), ids=MUST_SET)
def test_nothing_is_left_to_a_default_of_aws(kind: str, names: tuple[str, ...]) -> None:
    resources = list_blocks("resource", kind)
    assert resources
    expect_none(f"{one.where}: {name}" for one in resources for name in names if name not in one.body)


def test_every_key_that_can_rotate_does() -> None:
    """An asymmetric key can't: its public half is known to others."""
    keys = [one for one in list_blocks("resource", "aws_kms_key") if one.body.get("key_usage") != "SIGN_VERIFY"]
    assert keys
    expect_none(one.where for one in keys if one.body.get("enable_key_rotation") is not True)


@pytest.mark.parametrize("kind", ["aws_db_parameter_group", "aws_rds_cluster_parameter_group"])
def test_the_database_refuses_a_connection_without_tls(kind: str) -> None:
    groups = list_blocks("resource", kind)
    assert groups
    for one in groups:
        found = [inner["value"] for inner in one.blocks("parameter") if inner["name"] == "rds.force_ssl"]
        assert found == ["1"], one.where
        assert not isinstance(found[0], Expression), one.where


def test_every_state_is_locked_and_encrypted() -> None:
    backends = [
        (one.file, body['"s3"'] if '"s3"' in body else body["s3"])
        for one in list_blocks("terraform")
        for body in one.blocks("backend")
    ]
    wanted = {one for one in list_roots() if one != "environments/local"}
    assert {file.rpartition("/")[0] for file, _ in backends} == wanted
    expect_none(
        f"{file}: {name}"
        for file, body in backends
        for name in ("encrypt", "use_lockfile")
        if body.get(name) is not True
    )
    expect_none(f"{file}: dynamodb_table" for file, body in backends if "dynamodb_table" in body)


def test_an_alias_belongs_to_the_promotion_once_it_is_there() -> None:
    aliases = list_blocks("resource", "aws_lambda_alias")
    assert aliases
    for one in aliases:
        ignored = {name for body in one.blocks("lifecycle") for name in body.get("ignore_changes", [])}
        assert ignored == {"function_version", "routing_config"}, one.where


def test_a_function_is_terraforms_own() -> None:
    expect_none(
        one.where
        for one in list_blocks("resource", "aws_lambda_function")
        if any("ignore_changes" in body for body in one.blocks("lifecycle"))
    )


@pytest.mark.parametrize("kind", REPLACED_ALIVE)
def test_its_replacement_is_there_before_the_old_one_goes(kind: str) -> None:
    expect_none(one.where for one in list_blocks("resource", kind) if not _is_created_first(one))


def test_what_has_a_made_up_name_is_replaced_before_it_goes() -> None:
    prefixed = [one for one in list_blocks("resource") if {"name_prefix", "identifier_prefix"} & set(one.body)]
    assert prefixed
    expect_none(one.where for one in prefixed if not _is_created_first(one))


def test_no_secret_comes_into_a_state() -> None:
    expect_none(f"{one.where}: {name}" for one in list_blocks("resource") for name in NO_SECRET & set(one.body))
    expect_none(one.where for one in list_blocks("resource") if one.labels[0].startswith("random_"))
    expect_none(one.where for one in list_blocks("resource", "aws_api_gateway_api_key"))


def test_no_image_is_named_by_a_tag() -> None:
    expect_none(
        f"{one.where}: {path} = {value}"
        for one in list_blocks("resource")
        for path, value in walk(one.body)
        if path.rpartition(".")[2] in {"image", "image_uri"} and not isinstance(value, Expression)
    )
    expect_none(
        f"{path.relative_to(TERRAFORM)}:{number}: {line.strip()}"
        for path in sorted(TERRAFORM.glob("environments/*/terraform.tfvars"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "amazonaws.com/" in line and "@sha256:" not in line
    )


def _at(body: dict[str, Any], path: list[str]) -> list[object]:
    """The values at a path of a body, one for each nested block on the way; [None] where there is none."""
    if len(path) == 1:
        return [body.get(path[0])]
    inner = Block("", "", (), body).blocks(path[0])
    return [found for one in inner for found in _at(one, path[1:])] or [None]


def _is_created_first(block: Block) -> bool:
    return any(body.get("create_before_destroy") is True for body in block.blocks("lifecycle"))
