# The master user's password: made at apply, handed to AWS, written to no state and no plan. Nobody uses it but the
# migrations when they prepare a new database, and people in an emergency; services connect by IAM tokens.
#
# A higher master_password_version makes a new one, in the database and in the secret. Do that too when an apply failed
# between the two, since each apply makes its own.

ephemeral "random_password" "master" {
  count = var.manage_master_password ? 0 : 1

  length  = 40
  special = false # RDS refuses some of them
}

resource "aws_secretsmanager_secret" "master" {
  #checkov:skip=CKV2_AWS_57: rotated by raising master_password_version; a function with that right is one more door
  count = var.manage_master_password ? 0 : 1

  name        = "${var.name}/database/master"
  description = "Master user of the database of ${var.name}"
  kms_key_id  = var.kms_key_arn
  # As long as the database is protected, so is its password; where it may go, its name is free again at once.
  recovery_window_in_days = var.deletion_protection ? 30 : 0
}

resource "aws_secretsmanager_secret_version" "master" {
  count = var.manage_master_password ? 0 : 1

  secret_id = aws_secretsmanager_secret.master[0].id
  secret_string_wo = jsonencode({
    engine   = "postgres"
    host     = local.direct_address
    port     = local.port
    dbname   = local.database_name
    username = local.master_name
    password = one(ephemeral.random_password.master[*].result)
  })
  secret_string_wo_version = var.master_password_version
}

locals {
  managed_secrets = !var.manage_master_password ? [] : flatten(
    concat(aws_db_instance.primary[*].master_user_secret, aws_rds_cluster.main[*].master_user_secret)
  )
}
