# What a plan reads: how things are set up, and never what is in them. No value of a secret, no object but the state, no line
# of a log. The apply role reads the same.

locals {
  state_arn = aws_s3_bucket.state.arn

  read_statements = [
    {
      Sid    = "Read"
      Effect = "Allow"
      Action = [
        "acm:DescribeCertificate", "acm:ListTagsForCertificate", "application-autoscaling:Describe*",
        "application-autoscaling:ListTagsForResource", "cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard",
        "cloudwatch:ListTagsForResource", "ec2:Describe*", "ec2:GetSecurityGroupsForVpc", "ecs:Describe*", "ecs:ListTagsForResource",
        "iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListPolicyVersions", "iam:ListRolePolicies",
        "kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListResourceTags",
        "lambda:GetAlias", "lambda:GetEventSourceMapping", "lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetFunctionConcurrency", "lambda:GetFunctionConfiguration", "lambda:GetFunctionEventInvokeConfig",
        "lambda:GetPolicy", "lambda:GetProvisionedConcurrencyConfig", "lambda:GetRuntimeManagementConfig",
        "lambda:ListTags", "lambda:ListVersionsByFunction",
        "logs:DescribeLogGroups", "logs:DescribeMetricFilters", "logs:DescribeResourcePolicies", "logs:GetLogDelivery",
        "logs:ListLogDeliveries", "logs:ListTagsForResource", "rds:Describe*", "rds:ListTagsForResource",
        "route53:GetHostedZone", "route53:ListResourceRecordSets", "s3:GetAccelerateConfiguration",
        "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLogging", "s3:GetBucketNotification",
        "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy",
        "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment", "s3:GetBucketTagging", "s3:GetBucketVersioning",
        "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration",
        "scheduler:GetSchedule", "scheduler:GetScheduleGroup", "scheduler:ListTagsForResource",
        "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:ListSecretVersionIds",
        "sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListTagsForResource",
        "sqs:GetQueueAttributes", "sqs:ListQueueTags", "wafv2:GetLoggingConfiguration",
        "wafv2:GetWebACL", "wafv2:GetWebACLForResource", "wafv2:ListTagsForResource",
      ]
      Resource = ["*"] # no narrower resource: half of these calls know none, and they only tell how things are set up
    },
    {
      Sid      = "ReadTheApi"
      Effect   = "Allow"
      Action   = ["apigateway:GET"]
      Resource = [for path in ["account", "domainnames/*", "restapis/*", "tags/*", "usageplans", "usageplans/*"] : "arn:aws:apigateway:${var.region}::/${path}"]
    },
    {
      Sid      = "FindStates"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = [local.state_arn]
    },
    {
      Sid      = "ReadStates"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = [for environment in sort(var.environments) : "${local.state_arn}/environments/${environment}/*"]
    },
    {
      Sid      = "LockStates"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:PutObject"]
      Resource = [for environment in sort(var.environments) : "${local.state_arn}/environments/${environment}/*.tflock"]
    },
    {
      Sid      = "OpenStates"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = [module.state_key.arn]
    },
    {
      Sid      = "ReadReleases"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"]
      Resource = ["arn:aws:s3:::${var.registry.releases_bucket}", "arn:aws:s3:::${var.registry.releases_bucket}/*"]
    },
    {
      Sid      = "CheckReleases"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:GetPublicKey", "kms:Verify"]
      Resource = [var.registry.key_arn, var.registry.signing_key_arn]
    },
  ]
}

resource "aws_iam_policy" "read" {
  name        = "skep-jenkins-read"
  description = "What a plan reads"
  policy      = jsonencode({ Version = "2012-10-17", Statement = [for one in local.read_statements : one if length(one.Resource) > 0] })
}
