# RDS for PostgreSQL: one instance, with a standby in another zone where `multi_az` says so, and replicas by number.

locals {
  replica_names = [for number in range(local.is_rds ? var.replicas : 0) : "${var.name}-replica-${number + 1}"]
}

resource "aws_db_instance" "primary" {
  #checkov:skip=CKV_AWS_157: multi_az is required in production by validation; elsewhere it is paid for in vain
  #checkov:skip=CKV_AWS_293: deletion_protection is required in production by validation; a rehearsal has to end
  count = local.is_rds ? 1 : 0

  identifier     = var.name
  engine         = "postgres"
  engine_version = local.postgres_major
  instance_class = var.instance_class
  port           = var.port

  username                      = local.master_name
  password_wo                   = one(ephemeral.random_password.master[*].result)
  password_wo_version           = var.manage_master_password ? null : var.master_password_version
  manage_master_user_password   = var.manage_master_password ? true : null
  master_user_secret_kms_key_id = var.manage_master_password ? var.kms_key_arn : null

  iam_database_authentication_enabled = true

  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false
  ca_cert_identifier     = "rds-ca-rsa2048-g1"
  multi_az               = var.multi_az

  storage_type      = "gp3"
  storage_encrypted = true
  kms_key_id        = var.kms_key_arn
  # Once RDS has grown the storage, the provider shows no difference to the smaller number here. With ignore_changes, a
  # larger number that is set here would do nothing.
  allocated_storage     = var.storage_gb
  max_allocated_storage = var.max_storage_gb

  parameter_group_name       = one(aws_db_parameter_group.main[*].name)
  auto_minor_version_upgrade = true
  engine_lifecycle_support   = "open-source-rds-extended-support-disabled"
  # In production, what interrupts waits for the maintenance window. A plan shows it as a difference until then.
  apply_immediately  = !var.production
  backup_window      = local.backup_hours
  maintenance_window = local.repair_hours

  backup_retention_period   = var.backup_days
  copy_tags_to_snapshot     = true
  delete_automated_backups  = false
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.final_snapshot
  final_snapshot_identifier = var.final_snapshot ? local.final_snapshot : null

  database_insights_mode                = var.database_insights
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = var.kms_key_arn
  performance_insights_retention_period = local.insights_days
  monitoring_interval                   = var.monitoring_seconds
  monitoring_role_arn                   = one(aws_iam_role.monitoring[*].arn)
  enabled_cloudwatch_logs_exports       = local.log_kinds

  # Started without it, RDS makes a group by itself: without key, kept for ever.
  depends_on = [aws_cloudwatch_log_group.database]
}

# Subnets, key and credentials are those of the primary; within a region they may not be named again.
resource "aws_db_instance" "replica" {
  #checkov:skip=CKV_AWS_133: what a replica holds is in the primary's backups
  #checkov:skip=CKV_AWS_157: a replica that fails is made anew; reads go to the primary meanwhile
  #checkov:skip=CKV_AWS_293: what a replica holds is in the primary, which is protected
  for_each = toset(local.replica_names)

  identifier          = each.key
  replicate_source_db = aws_db_instance.primary[0].identifier
  instance_class      = var.instance_class
  port                = var.port

  iam_database_authentication_enabled = true

  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  storage_encrypted = true
  # Size and type are those of the primary; that it may grow as well has to be said again.
  max_allocated_storage = var.max_storage_gb

  parameter_group_name       = one(aws_db_parameter_group.main[*].name)
  auto_minor_version_upgrade = true
  apply_immediately          = !var.production
  maintenance_window         = local.repair_hours
  copy_tags_to_snapshot      = true
  skip_final_snapshot        = true # AWS makes none of a replica

  database_insights_mode                = var.database_insights
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = var.kms_key_arn
  performance_insights_retention_period = local.insights_days
  monitoring_interval                   = var.monitoring_seconds
  monitoring_role_arn                   = one(aws_iam_role.monitoring[*].arn)
  enabled_cloudwatch_logs_exports       = local.log_kinds

  depends_on = [aws_cloudwatch_log_group.database]
}
