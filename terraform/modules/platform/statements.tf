# What a function may do beyond its own log, by what its entry of the catalog says. One shape for all statements.

locals {
  rights = {
    # The bucket is listed only so that a file that isn't there answers 404; without it S3 says 403.
    files = [
      { Sid = "Files", Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = ["${module.work.files_bucket.arn}/*"] },
      { Sid = "FilesBucket", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [module.work.files_bucket.arn] },
    ]
    key_queue = [
      { Sid = "KeyQueue", Effect = "Allow", Action = ["sqs:SendMessage"], Resource = [module.work.queues.keys.arn] },
    ]
    master_secret = [
      { Sid = "MasterSecret", Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = [module.database.master_secret_arn] },
    ]
    replica    = []
    usage_plan = []
    work_queue = [
      { Sid = "WorkQueue", Effect = "Allow", Action = ["sqs:SendMessage"], Resource = [module.work.queues.work.arn] },
    ]
  }

  # Whose use means that something is encrypted or opened with our key, in this function's name.
  encrypted = ["files", "key_queue", "master_secret", "work_queue"]

  statements = {
    for name, entry in local.catalog : name => concat(
      entry.database == null ? [] : [{
        Sid      = "Database"
        Effect   = "Allow"
        Action   = ["rds-db:connect"]
        Resource = module.database.connect_arns[entry.database]
      }],
      flatten([for use in entry.uses : local.rights[use]]),
      length(setintersection(entry.uses, local.encrypted)) == 0 ? [] : [{
        Sid      = "Encryption"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = [module.key.arn]
      }],
    )
  }

  # API Gateway's control plane has an ARN for each path and HTTP's methods for actions.
  gateway_arn = "arn:aws:apigateway:${var.region}::"
  plan_arn    = "${local.gateway_arn}/usageplans/${module.api.usage_plan_ids["clients"]}"

  usage_plan_rights = [
    { Sid = "Keys", Effect = "Allow", Action = ["apigateway:GET", "apigateway:POST"], Resource = ["${local.gateway_arn}/apikeys"] },
    { Sid = "Key", Effect = "Allow", Action = ["apigateway:DELETE", "apigateway:GET"], Resource = ["${local.gateway_arn}/apikeys/*"] },
    # A key is made with its tags, and tagging is asked for by the key's own ARN, encoded.
    { Sid = "Tags", Effect = "Allow", Action = ["apigateway:PUT"], Resource = ["${local.gateway_arn}/tags/${urlencode("${local.gateway_arn}/apikeys/")}*"] },
    { Sid = "Plan", Effect = "Allow", Action = ["apigateway:GET", "apigateway:POST"], Resource = ["${local.plan_arn}/keys"] },
    { Sid = "PlansKey", Effect = "Allow", Action = ["apigateway:DELETE"], Resource = ["${local.plan_arn}/keys/*"] },
  ]

  workers_statements = {
    for name in local.workers : name => concat(
      local.statements[name], contains(local.catalog[name].uses, "usage_plan") ? local.usage_plan_rights : [],
    )
  }
}
