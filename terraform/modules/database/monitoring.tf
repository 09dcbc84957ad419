# Log groups of our own, made before the database makes them without key and end, and the role of Enhanced Monitoring.

locals {
  log_kinds = concat(["iam-db-auth-error", "postgresql"], local.is_rds ? ["upgrade"] : [])
  log_homes = (
    local.is_rds ? [for one in concat([var.name], local.replica_names) : "instance/${one}"] : ["cluster/${var.name}"]
  )
  log_names = toset([for pair in setproduct(local.log_homes, local.log_kinds) : "/aws/rds/${pair[0]}/${pair[1]}"])

  # What CloudWatch Logs knows.
  log_days = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]

  aws_policies = "arn:${data.aws_partition.current.partition}:iam::aws:policy"

  # AWS sells the two together: 465 days with the advanced mode, 7 free with the standard one.
  insights_days = var.database_insights == "advanced" ? 465 : 7
}

resource "aws_cloudwatch_log_group" "database" {
  for_each = local.log_names

  name              = each.key
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_cloudwatch_log_group" "proxy" {
  count = var.proxy ? 1 : 0

  name              = "/aws/rds/proxy/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_iam_role" "monitoring" {
  count = var.monitoring_seconds > 0 ? 1 : 0

  name                 = "${var.name}-database-monitoring"
  description          = "Lets the database's machine tell of its processes, memory and disks"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  count = var.monitoring_seconds > 0 ? 1 : 0

  role       = aws_iam_role.monitoring[0].name
  policy_arn = "${local.aws_policies}/service-role/AmazonRDSEnhancedMonitoringRole"
}
