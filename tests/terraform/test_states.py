"""What any test applied is closed, encrypted and bounded, whatever it was applied for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.architecture.tree import expect_none
from tests.terraform.inventory import JOBS
from tests.terraform.places import list_folders, list_test_files
from tests.terraform.policies import State
from tests.terraform.states import JUDGES, Resources, judge_buckets, judge_functions, judge_network
from tests.terraform.workshop import Job

TEST_FILES = [Job(folder, file) for folder in list_folders() for file in list_test_files(folder)]
DIGEST = f"1.dkr.ecr.eu-west-1.amazonaws.com/skep/sales@sha256:{'0' * 64}"


@pytest.mark.parametrize("job", [*TEST_FILES, *JOBS.values()], ids=str)
def test_what_was_applied_is_as_it_must_be(applied: list[State]) -> None:
    expect_none({finding for state in applied for judge in JUDGES for finding in judge(Resources(state))})


def test_a_database_in_a_public_subnet_is_found() -> None:
    there = build(
        aws_internet_gateway={"id": "igw"},
        aws_route={"gateway_id": "igw", "route_table_id": "table"},
        aws_route_table_association={"route_table_id": "table", "subnet_id": "open"},
        aws_db_subnet_group={"subnet_ids": ["closed", "open"]},
    )
    assert list(judge_network(there)) == ["aws_db_subnet_group.a: a public subnet"]


def test_a_rule_that_lets_everybody_in_is_found() -> None:
    there = build(aws_vpc_security_group_ingress_rule={"cidr_ipv4": "0.0.0.0/0", "cidr_ipv6": None})
    assert list(judge_network(there)) == ["aws_vpc_security_group_ingress_rule.a: lets everybody in"]


def test_a_bare_bucket_is_found() -> None:
    assert list(judge_buckets(build(aws_s3_bucket={"id": "b", "bucket": "b"}))) == [
        "aws_s3_bucket.a: no policy",
        "aws_s3_bucket.a: no public access block",
        "aws_s3_bucket.a: no encryption",
        "aws_s3_bucket.a: no versioning",
        "aws_s3_bucket.a: takes requests without TLS",
    ]


@pytest.mark.parametrize(
    ("image", "reserved", "finding"),
    [
        (
            DIGEST.replace("@sha256:" + "0" * 64, ":v1"),
            1,
            "1.dkr.ecr.eu-west-1.amazonaws.com/skep/sales:v1 is no image by its digest",
        ),
        (DIGEST, -1, "reserved concurrency -1"),
    ],
)
def test_a_function_by_tag_or_without_a_bound_is_found(image: str, reserved: int, finding: str) -> None:
    there = build(aws_lambda_function={"image_uri": image, "reserved_concurrent_executions": reserved})
    assert list(judge_functions(there)) == [f"aws_lambda_function.a: {finding}"]


def build(**resources: dict[str, Any]) -> Resources:
    """A state with one resource of each type."""
    made = [
        {"mode": "managed", "type": kind, "address": f"{kind}.a", "values": values}
        for kind, values in resources.items()
    ]
    return Resources({"root_module": {"resources": made}})
