# The larger parts of what an apply may do: network, data, compute.

locals {
  apply_network = [
    {
      Sid    = "Network"
      Effect = "Allow"
      Action = [
        "ec2:AllocateAddress", "ec2:AssociateRouteTable", "ec2:AttachInternetGateway", "ec2:AuthorizeSecurityGroup*",
        "ec2:CreateFlowLogs", "ec2:CreateInternetGateway", "ec2:CreateNatGateway", "ec2:CreateNetworkAcl*", "ec2:CreateRoute*",
        "ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateTags", "ec2:CreateVpc", "ec2:CreateVpcEndpoint",
        "ec2:DeleteFlowLogs", "ec2:DeleteInternetGateway", "ec2:DeleteNatGateway", "ec2:DeleteNetworkAcl*",
        "ec2:DeleteNetworkInterface", "ec2:DeleteRoute*", "ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", "ec2:DeleteTags",
        "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints", "ec2:DetachInternetGateway", "ec2:DetachNetworkInterface",
        "ec2:DisassociateAddress", "ec2:DisassociateRouteTable", "ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute",
        "ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint", "ec2:ReleaseAddress", "ec2:ReplaceNetworkAcl*", "ec2:ReplaceRoute*",
        "ec2:RevokeSecurityGroup*", "ec2:UpdateSecurityGroupRuleDescriptions*",
      ]
      Resource = ["${local.arn.ec2}:*"]
    },
    {
      Sid    = "Api"
      Effect = "Allow"
      Action = [
        "apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT", "apigateway:SetWebACL",
        "apigateway:UpdateRestApiPolicy",
      ]
      Resource = [
        for path in ["domainnames", "domainnames/*", "restapis", "restapis/*", "tags/*", "usageplans", "usageplans/*"] :
        "arn:aws:apigateway:${var.region}::/${path}"
      ]
    },
    {
      Sid    = "Firewall"
      Effect = "Allow"
      Action = [
        "wafv2:AssociateWebACL", "wafv2:CreateWebACL", "wafv2:DeleteLoggingConfiguration", "wafv2:DeleteWebACL",
        "wafv2:DisassociateWebACL", "wafv2:PutLoggingConfiguration", "wafv2:TagResource", "wafv2:UntagResource", "wafv2:UpdateWebACL",
      ]
      Resource = concat(
        flatten([for name in local.names : "${local.arn.wafv2}:regional/webacl/${name}*/*"]),
        ["${local.arn.wafv2}:regional/managedruleset/*/*", "arn:aws:apigateway:${var.region}::/restapis/*/stages/*"],
      )
    },
  ]

  apply_data = [
    {
      Sid    = "Database"
      Effect = "Allow"
      Action = [
        "rds:AddTagsToResource", "rds:CreateDB*", "rds:DeleteDB*", "rds:DeregisterDBProxyTargets", "rds:ModifyDB*",
        "rds:RebootDBInstance", "rds:RegisterDBProxyTargets", "rds:RemoveTagsFromResource", "rds:ResetDB*",
      ]
      Resource = concat(
        flatten([for name in local.names : [for kind in ["cluster", "cluster-pg", "cluster-snapshot", "db", "pg", "snapshot", "subgrp"] : "${local.arn.rds}:${kind}:${name}*"]]),
        ["${local.arn.rds}:db-proxy:*", "${local.arn.rds}:db-proxy-endpoint:*", "${local.arn.rds}:target-group:*"],
      )
    },
    {
      Sid    = "ReplicaScaling"
      Effect = "Allow"
      Action = [
        "application-autoscaling:DeleteScalingPolicy", "application-autoscaling:DeregisterScalableTarget",
        "application-autoscaling:PutScalingPolicy", "application-autoscaling:RegisterScalableTarget",
        "application-autoscaling:TagResource", "application-autoscaling:UntagResource",
      ]
      Resource = ["arn:aws:application-autoscaling:${var.region}:${var.account_id}:scalable-target/*"]
    },
    {
      # It writes the master password, and can't read it back.
      Sid    = "Secrets"
      Effect = "Allow"
      Action = [
        "secretsmanager:CreateSecret", "secretsmanager:DeleteResourcePolicy", "secretsmanager:DeleteSecret", "secretsmanager:PutResourcePolicy",
        "secretsmanager:PutSecretValue", "secretsmanager:TagResource", "secretsmanager:UntagResource",
        "secretsmanager:UpdateSecret", "secretsmanager:UpdateSecretVersionStage",
      ]
      Resource = [for name in local.names : "${local.arn.secretsmanager}:secret:${name}*"]
    },
    {
      Sid    = "Buckets"
      Effect = "Allow"
      Action = [
        "s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketCORS", "s3:PutBucketLogging",
        "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging",
        "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration",
      ]
      Resource = [for name in local.names : "arn:aws:s3:::${name}-*"]
    },
    {
      Sid      = "Assets"
      Effect   = "Allow"
      Action   = ["s3:PutObject"]
      Resource = [for name in local.names : "arn:aws:s3:::${name}-assets*/*"]
    },
    {
      Sid      = "States"
      Effect   = "Allow"
      Action   = ["s3:PutObject"]
      Resource = [for environment in sort(var.environments) : "${local.state_arn}/environments/${environment}/*"]
    },
    {
      Sid       = "NewKeys"
      Effect    = "Allow"
      Action    = ["kms:CreateKey", "kms:TagResource"]
      Resource  = ["*"] # no narrower resource: a key has no ARN before it is there
      Condition = { StringEquals = { "aws:RequestTag/environment" = sort(var.environments) } }
    },
    {
      Sid    = "Keys"
      Effect = "Allow"
      Action = [
        "kms:CreateAlias", "kms:CreateGrant", "kms:Decrypt", "kms:DeleteAlias", "kms:EnableKeyRotation", "kms:Encrypt",
        "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:PutKeyPolicy", "kms:ReEncryptFrom", "kms:ReEncryptTo",
        "kms:ScheduleKeyDeletion", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
      ]
      Resource  = ["${local.arn.kms}:key/*"]
      Condition = local.tagged
    },
    {
      Sid      = "KeysNames"
      Effect   = "Allow"
      Action   = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"]
      Resource = [for name in local.names : "${local.arn.kms}:alias/${name}"]
    },
  ]

  apply_compute = [
    {
      # Without UpdateAlias and InvokeFunction: where an alias points is the promotion's.
      Sid    = "Functions"
      Effect = "Allow"
      Action = [
        "lambda:AddPermission", "lambda:CreateAlias", "lambda:CreateFunction", "lambda:DeleteAlias", "lambda:DeleteFunction",
        "lambda:DeleteFunctionConcurrency", "lambda:DeleteFunctionEventInvokeConfig", "lambda:DeleteProvisionedConcurrencyConfig",
        "lambda:PublishVersion", "lambda:PutFunctionConcurrency", "lambda:PutFunctionEventInvokeConfig",
        "lambda:PutProvisionedConcurrencyConfig", "lambda:PutRuntimeManagementConfig", "lambda:RemovePermission",
        "lambda:TagResource", "lambda:UntagResource", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
        "lambda:UpdateFunctionEventInvokeConfig",
      ]
      Resource = flatten([
        for name in local.names : ["${local.arn.lambda}:function:${name}-*", "${local.arn.lambda}:function:${name}-*:*"]
      ])
    },
    {
      Sid       = "QueuesReaders"
      Effect    = "Allow"
      Action    = ["lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"]
      Resource  = ["*"] # no narrower resource: a mapping has no ARN before it is there; its function is the limit
      Condition = { ArnLike = { "lambda:FunctionArn" = [for name in local.names : "${local.arn.lambda}:function:${name}-*"] } }
    },
    {
      Sid      = "Images"
      Effect   = "Allow"
      Action   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:GetRepositoryPolicy"]
      Resource = ["arn:aws:ecr:${var.region}:${var.registry.account_id}:repository/skep/*"]
    },
    {
      Sid    = "Queues"
      Effect = "Allow"
      Action = [
        "sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue",
      ]
      Resource = [for name in local.names : "${local.arn.sqs}:${name}-*"]
    },
    {
      Sid    = "Schedules"
      Effect = "Allow"
      Action = [
        "scheduler:CreateSchedule", "scheduler:CreateScheduleGroup", "scheduler:DeleteSchedule",
        "scheduler:DeleteScheduleGroup", "scheduler:TagResource", "scheduler:UntagResource", "scheduler:UpdateSchedule",
      ]
      Resource = flatten([for name in local.names : ["${local.arn.scheduler}:schedule/*/${name}-*", "${local.arn.scheduler}:schedule-group/${name}*"]])
    },
    {
      Sid    = "Tasks"
      Effect = "Allow"
      Action = [
        "ecs:CreateCluster", "ecs:DeleteCluster", "ecs:PutClusterCapacityProviders", "ecs:TagResource", "ecs:UntagResource",
        "ecs:UpdateCluster", "ecs:UpdateClusterSettings",
      ]
      Resource = flatten([for name in local.names : ["${local.arn.ecs}:cluster/${name}*", "${local.arn.ecs}:task-definition/${name}-*"]])
    },
    {
      Sid      = "TaskDefinitions"
      Effect   = "Allow"
      Action   = ["ecs:DeregisterTaskDefinition", "ecs:RegisterTaskDefinition"]
      Resource = ["*"] # no narrower resource: ECS looks at none when a definition goes
    },
  ]
}
