"""What policies may say of every resource, and of actions by their beginning: the whole list, each with its reason."""

from __future__ import annotations

UNNARROWABLE = {
    "cloudwatch:PutMetricData": "metrics have no ARN",
    "ec2:AssignPrivateIpAddresses": "Lambda's, for the interfaces of functions in the VPC",
    "ec2:CreateNetworkInterface": "Lambda makes them in the role's name, and checks for all",
    "ec2:DeleteNetworkInterface": "as above",
    "ec2:DescribeNetworkInterfaces": "EC2's Describe actions know no resources",
    "ec2:DescribeSubnets": "as above",
    "ec2:UnassignPrivateIpAddresses": "Lambda's, for the interfaces",
    "ecr:GetAuthorizationToken": "a token is for the whole registry",
    "xray:PutTelemetryRecords": "traces have no ARN",
    "xray:PutTraceSegments": "traces have no ARN",
}
"""Actions that AWS allows on the resource `*` alone -> why. Everything else names its resources."""

OWN_RESOURCE = {
    "aws_ecr_repository_policy": "the policy of a repository is about that one, and names none",
    "aws_kms_key": "in a key's policy, `*` is that key",
    "aws_vpc_endpoint": "says who passes; what they may touch, their roles say",
}
"""Types whose policy hangs on a resource, or grants nothing -> how."""

STATEMENTS = {
    ("aws_iam_policy.apply", "LogDelivery"): "deliveries of logs have no ARN",
    ("aws_iam_policy.apply", "NewKeys"): "a key has no ARN before it is there; a condition asks for our tag",
    (
        "aws_iam_policy.apply",
        "QueuesReaders",
    ): "a mapping has no ARN before it is there; a condition names the function",
    ("aws_iam_policy.apply", "TaskDefinitions"): "ECS looks at no resource when a definition goes",
    ("aws_iam_policy.jenkins_boundary", "WhatTheirPoliciesSay"): "a boundary grants nothing; it names the verbs",
    ("aws_iam_policy.promote", "ReadAlarms"): "composite alarms are told only to who may see all",
    ("aws_iam_policy.read", "Read"): "tells how things are set up, and half of these know no resource",
}
"""(Policy without its modules and instance, Sid) that is about every resource -> why."""

BEGINNINGS = {
    "aws_iam_policy.apply": "a policy may have 6,144 letters; each beginning is one kind of thing, on our resources",
    "aws_iam_policy.jenkins_boundary": "a boundary grants nothing, and has to have room for the verbs of 20 services",
    "aws_iam_policy.read": "Describe actions, which change nothing",
}
"""Policies that name actions by their beginning, as ec2:Describe* -> why. `*` and `ec2:*` no policy may say."""

DATA = {
    "dynamodb:GetItem", "kms:Decrypt", "lambda:InvokeFunction", "logs:FilterLogEvents", "logs:GetLogEvents",
    "rds-db:connect", "s3:GetObject", "secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "sts:AssumeRole",
}  # fmt: skip
"""Actions that read what Skep keeps, or become somebody else: of every resource never, whatever the lists above say."""
