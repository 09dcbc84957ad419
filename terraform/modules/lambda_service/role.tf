# One role a service. What is the same for all stands here; what a service needs of its own comes in `statements`.

locals {
  by_lambda = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Lambda"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  }

  own_log = [{
    Sid      = "OwnLog"
    Effect   = "Allow"
    Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }]

  own_variables = [{
    Sid      = "OwnVariables"
    Effect   = "Allow"
    Action   = ["kms:Decrypt"]
    Resource = [var.kms_key_arn]
  }]

  traces = [{
    Sid      = "Traces"
    Effect   = "Allow"
    Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    Resource = "*" # no narrower resource: X-Ray has no resources for traces
  }]

  # Lambda itself does this in the role's name, to attach the function to its subnets. Our code may not.
  interface_actions = [
    "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
  ]
  interfaces = [
    {
      Sid      = "NetworkInterfaces"
      Effect   = "Allow"
      Action   = local.interface_actions
      Resource = "*" # no narrower resource: Lambda checks for all interfaces, and EC2's Describe actions know none
    },
    {
      Sid       = "NetworkInterfacesNotByCode"
      Effect    = "Deny"
      Action    = local.interface_actions
      Resource  = "*" # no narrower resource: a refusal is to be as wide as the right that it takes back
      Condition = { ArnEquals = { "lambda:SourceFunctionArn" = local.function_arn } }
    },
  ]

  # The queue of failures is encrypted with the same key.
  failures = [
    {
      Sid      = "Failures"
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = [var.asynchronous.failure_queue_arn]
    },
    {
      Sid       = "FailuresKey"
      Effect    = "Allow"
      Action    = ["kms:GenerateDataKey"]
      Resource  = [var.kms_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = "sqs.${data.aws_region.current.region}.amazonaws.com" } }
    },
  ]

  # Known before the function is, which needs the role.
  function_arn = join(":", [
    "arn", data.aws_partition.current.partition, "lambda", data.aws_region.current.region,
    data.aws_caller_identity.current.account_id, "function", local.function_name,
  ])
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

resource "aws_iam_role" "this" {
  name                 = local.function_name
  description          = "Skep's ${var.service}, as it runs"
  assume_role_policy   = jsonencode(local.by_lambda)
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "this" {
  name = "service"
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.own_log,
      local.own_variables,
      [for statement in local.traces : statement if var.tracing],
      [for statement in local.interfaces : statement if local.in_vpc],
      [for statement in local.failures : statement if var.kind == "worker" && var.asynchronous.failure_queue_arn != null],
      var.statements,
    )
  })
}
