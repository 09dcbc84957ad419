# What no role of an environment can ever do more than, whatever its own policy says. The apply role may make roles only
# with this boundary, and can't change it.

locals {
  boundary_statements = [
    {
      Sid      = "WriteLogsAndTraces"
      Effect   = "Allow"
      Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:PutLogEvents"]
      Resource = ["${local.arn.logs}:*"]
    },
    {
      Sid      = "Trace"
      Effect   = "Allow"
      Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
      Resource = ["*"] # no narrower resource: X-Ray's records have no ARN
    },
    {
      Sid      = "StandInTheNetwork"
      Effect   = "Allow"
      Action   = ["ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses"]
      Resource = ["*"] # no narrower resource: Lambda's own network interfaces have no names before they are there
    },
    {
      Sid      = "ConnectToTheDatabase"
      Effect   = "Allow"
      Action   = ["rds-db:connect"]
      Resource = ["arn:aws:rds-db:${var.region}:${var.account_id}:dbuser:*/skep_*"]
    },
    {
      Sid      = "Files"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:ListBucket", "s3:PutObject"]
      Resource = flatten([for name in local.names : ["arn:aws:s3:::${name}-*", "arn:aws:s3:::${name}-*/*"]])
    },
    {
      Sid      = "Queues"
      Effect   = "Allow"
      Action   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"]
      Resource = [for name in local.names : "${local.arn.sqs}:${name}-*"]
    },
    {
      Sid      = "Secrets"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = concat([for name in local.names : "${local.arn.secretsmanager}:secret:${name}*"], ["${local.arn.secretsmanager}:secret:rds!*"])
    },
    {
      Sid      = "Keys"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
      Resource = ["${local.arn.kms}:key/*"]
    },
    {
      Sid    = "ClientsKeys"
      Effect = "Allow"
      Action = ["apigateway:DELETE", "apigateway:GET", "apigateway:POST", "apigateway:PUT"]
      Resource = [
        for path in ["apikeys", "apikeys/*", "tags/*", "usageplans/*/keys", "usageplans/*/keys/*"] :
        "arn:aws:apigateway:${var.region}::/${path}"
      ]
    },
    {
      Sid      = "Schedules"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = [for name in local.names : "${local.arn.lambda}:function:${name}-*"]
    },
    {
      Sid      = "Tasks"
      Effect   = "Allow"
      Action   = ["ecs:RunTask", "iam:PassRole"]
      Resource = flatten([for name in local.names : ["${local.arn.ecs}:task-definition/${name}-*", "${local.role_arn}/${name}-*"]])
    },
    {
      Sid      = "PullImages"
      Effect   = "Allow"
      Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Resource = ["arn:aws:ecr:${var.region}:${var.registry.account_id}:repository/skep/*"]
    },
    {
      Sid      = "LogInToTheRegistry"
      Effect   = "Allow"
      Action   = ["ecr:GetAuthorizationToken"]
      Resource = ["*"] # no narrower resource: the token is good for every registry that lets the role in
    },
  ]
}

resource "aws_iam_policy" "boundary" {
  name        = "skep-boundary"
  description = "The most that a role of Skep can do"
  policy      = jsonencode({ Version = "2012-10-17", Statement = [for one in local.boundary_statements : one if length(one.Resource) > 0] })
}
