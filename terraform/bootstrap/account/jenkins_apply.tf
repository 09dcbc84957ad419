# What an apply makes, changes and removes, a policy for each part of an environment (a policy holds 6,144 characters). Names
# begin with the environment's; where AWS makes the id up, account and region are the limit, or our tag.

locals {
  # An account without an environment has nothing to apply.
  apply_statements = {
    for part, statements in {
      network  = local.apply_network
      data     = local.apply_data
      compute  = local.apply_compute
      identity = local.apply_identity
      watch    = local.apply_watch
    } : part => statements if length(var.environments) > 0
  }
  tagged = { StringEquals = { "aws:ResourceTag/environment" = sort(var.environments) } }

  apply_identity = [
    {
      Sid       = "MakeBoundRoles"
      Effect    = "Allow"
      Action    = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy"]
      Resource  = [for name in local.names : "${local.role_arn}/${name}-*"]
      Condition = { StringEquals = { "iam:PermissionsBoundary" = aws_iam_policy.boundary.arn } }
    },
    {
      Sid      = "KeepRoles"
      Effect   = "Allow"
      Action   = ["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole"]
      Resource = [for name in local.names : "${local.role_arn}/${name}-*"]
    },
    {
      Sid      = "HandOverRoles"
      Effect   = "Allow"
      Action   = ["iam:PassRole"]
      Resource = [for name in local.names : "${local.role_arn}/${name}-*"]
      Condition = { StringEquals = { "iam:PassedToService" = [
        "apigateway.amazonaws.com", "ecs-tasks.amazonaws.com", "lambda.amazonaws.com", "monitoring.rds.amazonaws.com",
        "rds.amazonaws.com", "scheduler.amazonaws.com", "vpc-flow-logs.amazonaws.com",
      ] } }
    },
    {
      Sid      = "LetServicesHaveTheirOwnRoles"
      Effect   = "Allow"
      Action   = ["iam:CreateServiceLinkedRole"]
      Resource = ["${local.role_arn}/aws-service-role/*"]
      Condition = { StringEquals = { "iam:AWSServiceName" = [
        "ecs.amazonaws.com", "ops.apigateway.amazonaws.com", "rds.amazonaws.com",
        "rds.application-autoscaling.amazonaws.com", "wafv2.amazonaws.com",
      ] } }
    },
  ]

  apply_watch = concat([
    {
      Sid    = "Logs"
      Effect = "Allow"
      Action = [
        "logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteMetricFilter",
        "logs:DeleteRetentionPolicy", "logs:PutMetricFilter", "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource",
      ]
      Resource = ["${local.arn.logs}:log-group:*"]
    },
    {
      Sid    = "LogDelivery"
      Effect = "Allow"
      Action = [
        "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
      ]
      Resource = ["*"] # no narrower resource: deliveries of flow logs, of API Gateway and of WAF have no ARN
    },
    {
      Sid    = "AlarmsAndDashboards"
      Effect = "Allow"
      Action = [
        "cloudwatch:DeleteAlarms", "cloudwatch:DeleteDashboards", "cloudwatch:PutCompositeAlarm", "cloudwatch:PutDashboard",
        "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource",
      ]
      Resource = concat(
        [for name in local.names : "${local.arn.cloudwatch}:alarm:${name}*"],
        [for name in local.names : "arn:aws:cloudwatch::${var.account_id}:dashboard/${name}*"],
      )
    },
    {
      Sid    = "Topics"
      Effect = "Allow"
      Action = [
        "sns:CreateTopic", "sns:DeleteTopic", "sns:SetSubscriptionAttributes", "sns:SetTopicAttributes", "sns:Subscribe",
        "sns:TagResource", "sns:Unsubscribe", "sns:UntagResource",
      ]
      Resource = [for name in local.names : "${local.arn.sns}:${name}*"]
    },
    ], length(var.zone_ids) == 0 ? [] : [{
      Sid      = "DomainNames"
      Effect   = "Allow"
      Action   = ["route53:ChangeResourceRecordSets", "route53:GetChange"]
      Resource = concat([for one in sort(var.zone_ids) : "arn:aws:route53:::hostedzone/${one}"], ["arn:aws:route53:::change/*"])
  }])
}

resource "aws_iam_policy" "apply" {
  for_each = local.apply_statements

  name        = "skep-jenkins-apply-${each.key}"
  description = "What an apply changes: ${each.key}"
  policy      = jsonencode({ Version = "2012-10-17", Statement = each.value })
}
