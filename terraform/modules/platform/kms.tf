# One key for all that an environment keeps. The services of AWS below write for us and have no role of ours.

locals {
  by_services = {
    Logs = {
      service   = "logs.${var.region}.amazonaws.com"
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
      condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${var.region}:${var.account_id}:log-group:*" } }
    }
    # An alarm tells an encrypted topic.
    Alarms = {
      service   = "cloudwatch.amazonaws.com"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }
    # So does RDS, when an instance fails over or runs out of space.
    DatabaseEvents = {
      service   = "events.rds.amazonaws.com"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }
  }
}

module "key" {
  source = "../key"

  account_id  = var.account_id
  description = "Skep's data in ${var.environment}: database, files, queues, logs, secrets"
  name        = local.name
  statements = [for name, one in local.by_services : {
    Sid       = name
    Effect    = "Allow"
    Principal = { Service = one.service }
    Action    = one.actions
    Resource  = "*" # no narrower resource: a key's policy is about that key alone
    Condition = one.condition
  }]
}
