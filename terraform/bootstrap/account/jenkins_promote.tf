# What moves a release: nothing is made or changed but where an alias points.

locals {
  promote_statements = [
    {
      Sid    = "MoveAliases"
      Effect = "Allow"
      Action = ["lambda:GetAlias", "lambda:GetFunctionConfiguration", "lambda:ListVersionsByFunction", "lambda:UpdateAlias"]
      Resource = flatten([
        for name in local.names : ["${local.arn.lambda}:function:${name}-*", "${local.arn.lambda}:function:${name}-*:*"]
      ])
    },
    {
      # With a qualifier alone: what has none is $LATEST, which nobody has tried.
      Sid      = "TryVersions"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = [for name in local.names : "${local.arn.lambda}:function:${name}-*:*"]
    },
    {
      Sid      = "ReadAlarms"
      Effect   = "Allow"
      Action   = ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"]
      Resource = ["*"] # no narrower resource: composite alarms are told only to who may see all, and metrics have no ARN
    },
  ]
}

resource "aws_iam_policy" "promote" {
  name        = "skep-jenkins-promote"
  description = "What a promotion does"
  policy      = jsonencode({ Version = "2012-10-17", Statement = [for one in local.promote_statements : one if length(one.Resource) > 0] })
}
