# Aurora PostgreSQL: one storage, a writer, and readers that come and go with the load (decision 22).

locals {
  # A reader is the standby too: where RDS would keep a second machine idle, Aurora has one that reads.
  fixed_readers  = max(var.replicas, var.multi_az ? 1 : 0)
  aurora_numbers = local.is_aurora ? range(1, 2 + local.fixed_readers) : []
  # With no reader at all, the readers' address leads to the writer.
  has_readers = (
    local.is_aurora ? local.fixed_readers > 0 || var.replica_scaling != null : var.replicas > 0
  )
}

resource "aws_rds_cluster" "main" {
  #checkov:skip=CKV_AWS_139: deletion_protection is required in production by validation; a rehearsal has to end
  #checkov:skip=CKV2_AWS_27: slow statements and DDL are logged, by dynamic parameters that it doesn't read; a test does
  #checkov:skip=CKV2_AWS_8: the cluster's own backups are kept for backup_days; a copy elsewhere is another system's
  count = local.is_aurora ? 1 : 0

  cluster_identifier = var.name
  engine             = "aurora-postgresql"
  engine_mode        = "provisioned"
  engine_version     = local.postgres_major
  port               = var.port

  master_username               = local.master_name
  master_password_wo            = one(ephemeral.random_password.master[*].result)
  master_password_wo_version    = var.manage_master_password ? null : var.master_password_version
  manage_master_user_password   = var.manage_master_password ? true : null
  master_user_secret_kms_key_id = var.manage_master_password ? var.kms_key_arn : null

  iam_database_authentication_enabled = true

  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.database.id]
  storage_encrypted      = true
  kms_key_id             = var.kms_key_arn

  db_cluster_parameter_group_name = one(aws_rds_cluster_parameter_group.main[*].name)
  engine_lifecycle_support        = "open-source-rds-extended-support-disabled"
  apply_immediately               = !var.production
  preferred_backup_window         = local.backup_hours
  preferred_maintenance_window    = local.repair_hours

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
  enabled_cloudwatch_logs_exports       = local.log_kinds

  depends_on = [aws_cloudwatch_log_group.database]
}

resource "aws_rds_cluster_instance" "main" {
  for_each = toset([for number in local.aurora_numbers : tostring(number)])

  identifier         = "${var.name}-${each.key}"
  cluster_identifier = aws_rds_cluster.main[0].cluster_identifier
  engine             = aws_rds_cluster.main[0].engine
  instance_class     = var.instance_class
  promotion_tier     = 1 # before the readers that come and go, which have 15

  publicly_accessible  = false
  ca_cert_identifier   = "rds-ca-rsa2048-g1"
  db_subnet_group_name = aws_db_subnet_group.main.name

  auto_minor_version_upgrade   = true
  apply_immediately            = !var.production
  copy_tags_to_snapshot        = true
  preferred_maintenance_window = local.repair_hours

  performance_insights_enabled          = true
  performance_insights_kms_key_id       = var.kms_key_arn
  performance_insights_retention_period = local.insights_days
  monitoring_interval                   = var.monitoring_seconds
  monitoring_role_arn                   = one(aws_iam_role.monitoring[*].arn)
}

resource "aws_appautoscaling_target" "readers" {
  count = var.replica_scaling == null ? 0 : 1

  service_namespace  = "rds"
  scalable_dimension = "rds:cluster:ReadReplicaCount"
  resource_id        = "cluster:${aws_rds_cluster.main[0].cluster_identifier}"
  min_capacity       = var.replica_scaling.min
  max_capacity       = var.replica_scaling.max

  # It copies the writer, so the writer has to be there.
  depends_on = [aws_rds_cluster_instance.main]
}

resource "aws_appautoscaling_policy" "readers" {
  count = var.replica_scaling == null ? 0 : 1

  name               = "${var.name}-readers"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.readers[0].service_namespace
  scalable_dimension = aws_appautoscaling_target.readers[0].scalable_dimension
  resource_id        = aws_appautoscaling_target.readers[0].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_out_cooldown = 300 # a reader takes some minutes to come; sooner would order a second one
    scale_in_cooldown  = 900

    predefined_metric_specification {
      predefined_metric_type = "RDSReaderAverageCPUUtilization"
    }
  }
}
