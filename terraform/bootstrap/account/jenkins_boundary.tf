# The most that Jenkins's own roles can do: by service and verb what their policies say, and some things never.

locals {
  jenkins_statements = concat(local.read_statements, flatten(values(local.apply_statements)), local.promote_statements)
  jenkins_verbs = distinct([
    for action in flatten([for one in local.jenkins_statements : one.Action]) :
    "${regex("^[a-z0-9-]+:(?:[A-Z][a-z]+|[A-Z]+)", action)}*"
  ])

  jenkins_never = [
    {
      Sid      = "LeaveBoundariesAlone"
      Effect   = "Deny"
      Action   = ["iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"]
      Resource = ["${local.role_arn}/*"]
    },
    {
      Sid    = "LeaveTheAccountAlone"
      Effect = "Deny"
      Action = ["iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:Pass*", "iam:Put*", "iam:Update*"]
      Resource = [
        "${local.role_arn}/skep-jenkins-*", "${local.role_arn}/skep-gateway-log",
        "arn:aws:iam::${var.account_id}:policy/skep-boundary", "arn:aws:iam::${var.account_id}:policy/skep-jenkins-*",
      ]
    },
    {
      # With its value a key is a way in, and Terraform has nothing to do with keys.
      Sid      = "LeaveClientsKeysAlone"
      Effect   = "Deny"
      Action   = ["apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"]
      Resource = [for path in ["apikeys", "apikeys/*", "usageplans/*/keys", "usageplans/*/keys/*"] : "arn:aws:apigateway:${var.region}::/${path}"]
    },
  ]
  # What can't be brought back, a person does in production, with a second one watching.
  production_never = [{
    Sid      = "LoseNothing"
    Effect   = "Deny"
    Action   = ["kms:DisableKey", "kms:ScheduleKeyDeletion", "rds:DeleteDBCluster", "rds:DeleteDBInstance", "s3:DeleteBucket"]
    Resource = ["*"] # no narrower resource: it refuses, and is to refuse all
  }]
}

resource "aws_iam_policy" "jenkins_boundary" {
  name        = "skep-jenkins-boundary"
  description = "The most that Jenkins can do in this account"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "WhatTheirPoliciesSay"
        Effect   = "Allow"
        Action   = local.jenkins_verbs
        Resource = ["*"] # no narrower resource: the roles' own policies name the resources, this one the verbs
      }],
      local.jenkins_never,
      local.production ? local.production_never : [],
    )
  })
}
