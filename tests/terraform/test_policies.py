"""No policy that any test applied allows more than it names, and what stands as `*` in a file says why."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import expect_none
from tests.terraform.hcl import list_files
from tests.terraform.inventory import JOBS
from tests.terraform.places import TERRAFORM, list_folders, list_test_files
from tests.terraform.policies import Policy, State, judge_policy, read_policies
from tests.terraform.workshop import Job

TEST_FILES = [Job(folder, file) for folder in list_folders() for file in list_test_files(folder)]
STAR = re.compile(r'\b(?:Resource|resources)\s*=\s*(?:\[\s*)?"\*"')
REASON = re.compile(r"# no narrower resource: \w")


@pytest.mark.parametrize("job", [*TEST_FILES, *JOBS.values()], ids=str)
def test_no_policy_allows_more_than_it_names(applied: list[State]) -> None:
    expect_none({line for state in applied for policy in read_policies(state) for line in judge_policy(policy)})


@pytest.mark.parametrize("job", JOBS.values(), ids=str)
def test_an_environment_has_policies_for_the_test_above_to_read(applied: list[State]) -> None:
    assert any(_kinds(state) >= {"aws_iam_role", "aws_kms_key", "aws_s3_bucket_policy"} for state in applied)


def test_each_star_for_a_resource_says_on_its_line_why() -> None:
    lines = [
        f"{file}:{number}: {line.strip()}"
        for file in list_files()
        for number, line in enumerate((TERRAFORM / file).read_text(encoding="utf-8").splitlines(), 1)
        if STAR.search(line) and not REASON.search(line)
    ]
    assert lines == []


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ({"Action": "*", "Resource": "arn:a"}, "the action *"),
        ({"Action": ["s3:*"], "Resource": "arn:a"}, "the action s3:*"),
        ({"Action": "s3:GetObject", "Resource": "*"}, "s3:GetObject on every resource"),
        ({"Action": "s3:GetObject", "Resource": ["arn:a", "*"]}, "s3:GetObject on every resource"),
        ({"NotAction": "s3:GetObject", "Resource": "arn:a"}, "NotAction allows what nobody has listed"),
        ({"Action": "sqs:SendMessage", "Resource": "arn:a", "Principal": "*"}, "sqs:SendMessage for everybody"),
        ({"Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}, "sts:AssumeRole for everybody"),
    ],
)
def test_a_statement_that_allows_too_much_is_found(statement: dict[str, object], finding: str) -> None:
    policy = Policy("aws_iam_policy.a", "aws_iam_policy", "policy", {"Statement": [{"Effect": "Allow"} | statement]})
    assert list(judge_policy(policy)) == [f"aws_iam_policy.a (policy): {finding}"]


def test_a_statement_that_denies_may_name_everything() -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    assert (
        list(judge_policy(Policy("aws_s3_bucket_policy.a", "aws_s3_bucket_policy", "policy", {"Statement": statement})))
        == []
    )


def test_the_list_of_wide_statements_never_opens_what_is_kept() -> None:
    statement = {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetBucketAcl", "s3:GetObject"], "Resource": "*"}
    policy = Policy("aws_iam_policy.read", "aws_iam_policy", "policy", {"Statement": [statement]})
    assert list(judge_policy(policy)) == ["aws_iam_policy.read (policy): s3:GetObject on every resource"]


@pytest.mark.parametrize("action", ["*", "s3:*", "s3:get*", "*:Get*"])
def test_a_beginning_is_a_verb_of_one_service(action: str) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": "arn:a"}
    policy = Policy("aws_iam_policy.read", "aws_iam_policy", "policy", {"Statement": statement})
    assert list(judge_policy(policy)) == [f"aws_iam_policy.read (policy): the action {action}"]


def _kinds(state: State) -> set[str]:
    return {policy.kind for policy in read_policies(state)}
