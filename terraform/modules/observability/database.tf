# RDS is watched by instance. Aurora is watched by role, writer and reader: a failover swaps them, and autoscaling makes
# instances that no configuration names.

locals {
  aurora   = var.database.engine == "aurora"
  replicas = var.database.replica_identifiers

  instances = merge(
    { for one in var.database.instance_identifiers : "primary" => one if !contains(local.replicas, one) },
    { for index, one in local.replicas : "replica-${index + 1}" => one },
  )
  roles = length(local.replicas) > 0 ? ["writer", "reader"] : ["writer"]
  watched = local.aurora ? {
    for role in local.roles : role => { DBClusterIdentifier = var.database.cluster_identifier, Role = upper(role) }
  } : { for title, one in local.instances : title => { DBInstanceIdentifier = one } }
  main = local.aurora ? "writer" : "primary"

  gib = 1024 * 1024 * 1024
  # minutes: how long it has to last. on: all of them, the one that is written to, or those that follow it.
  levels = {
    # An instance that is there has a CPU: silence means that there is none. So it does while somebody has stopped it.
    cpu = {
      metric    = "CPUUtilization"
      statistic = "Average"
      above     = 80
      minutes   = 15
      missing   = "breaching"
      on        = "all"
      says      = "The CPU is above 80 %, or the instance doesn't answer."
    }
    load = {
      metric    = "DBLoadRelativeToNumVCPUs"
      statistic = "Average"
      above     = 1.5
      minutes   = 15
      missing   = "notBreaching"
      on        = "all"
      says      = "Half as many sessions again want a CPU as there are: statements wait."
    }
    connections = {
      metric    = "DatabaseConnections"
      statistic = "Maximum"
      above     = 0.8 * var.database.max_connections
      minutes   = 5
      missing   = "notBreaching"
      on        = "all"
      says      = "More than 80 % of ${var.database.max_connections} connections are in use."
    }
    memory = {
      metric    = "FreeableMemory"
      statistic = "Minimum"
      below     = var.thresholds.free_memory_mb * 1024 * 1024
      minutes   = 15
      missing   = "ignore"
      on        = "all"
      says      = "Less than ${var.thresholds.free_memory_mb} MiB of memory can be freed."
    }
    # RDS grows the storage by itself at 10 %, but not twice within six hours, and not beyond its limit. Aurora's volume
    # has no limit to watch; what fills there is the instance's own disk, by sorts and temporary tables.
    storage = {
      metric    = local.aurora ? "FreeLocalStorage" : "FreeStorageSpace"
      statistic = "Minimum"
      below     = local.gib * (local.aurora ? 4 : 0.15 * coalesce(var.database.storage_gb, 1))
      minutes   = 5
      missing   = "ignore"
      on        = "all"
      says      = "The disk fills up faster than it grows."
    }
    # At 2.1 thousand million Postgres stops writing. autovacuum begins at 200 million: at 1,000 something holds it up.
    transaction-ids = {
      metric    = "MaximumUsedTransactionIDs"
      statistic = "Maximum"
      above     = 1000000000
      minutes   = 5
      missing   = "ignore"
      on        = "main"
      says      = "A forgotten transaction or a replication slot keeps old transaction ids in use."
    }
    # Seconds; Aurora, which shares its storage, tells milliseconds. Behind a primary that nobody writes to, RDS tells a
    # lag of up to five minutes. A replica without its primary is silent.
    lag = {
      metric    = local.aurora ? "AuroraReplicaLag" : "ReplicaLag"
      statistic = "Maximum"
      above     = local.aurora ? 1000 : 360
      minutes   = 5
      missing   = "breaching"
      on        = "replicas"
      says      = "Reports and exports read old data, or the replica doesn't answer."
    }
  }
  level_alarms = merge([
    for name, one in local.levels : {
      for title, dimensions in local.watched : "${title}-${name}" => merge(one, { dimensions = dimensions })
      if one.on == "all" || (one.on == "main") == (title == local.main)
    }
  ]...)
}

resource "aws_cloudwatch_metric_alarm" "database" {
  for_each = local.level_alarms

  alarm_name          = "${var.name}-database-${each.key}"
  alarm_description   = each.value.says
  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 60
  comparison_operator = can(each.value.above) ? "GreaterThanThreshold" : "LessThanThreshold"
  threshold           = try(each.value.above, each.value.below)
  evaluation_periods  = each.value.minutes
  # One good minute between bad ones is no end of it.
  datapoints_to_alarm = ceil(0.8 * each.value.minutes)
  treat_missing_data  = each.value.missing
  alarm_actions       = local.notify
  ok_actions          = local.notify
}

locals {
  # Of the database's log groups (also upgrades, sign-ins by token, the proxy) those that statements are written to.
  statement_logs = toset([for one in var.database.log_group_names : one if endswith(one, "/postgresql")])
}

# auto_explain writes a second line for the same statement, with its plan: that one is not counted.
resource "aws_cloudwatch_log_metric_filter" "slow_queries" {
  for_each = local.statement_logs

  name           = "${var.name}-slow-queries"
  log_group_name = each.key
  pattern        = "\"duration:\" -\"plan:\""

  metric_transformation {
    namespace     = "${local.namespace}/Database"
    name          = "${var.name}-slow-queries"
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}

resource "aws_cloudwatch_metric_alarm" "slow_queries" {
  count = length(local.statement_logs) > 0 ? 1 : 0

  alarm_name          = "${var.name}-database-slow-queries"
  alarm_description   = "Over ${var.thresholds.slow_query_count} statements in five minutes took more than ${var.slow_query_ms} ms."
  namespace           = "${local.namespace}/Database"
  metric_name         = "${var.name}-slow-queries"
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.slow_query_count
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.notify
  ok_actions          = local.notify
}

# A pinned connection serves one client alone. An import pins one while it writes, for 15 minutes at most; what stays
# pinned for longer was written against the rules of services/shared/database.py.
resource "aws_cloudwatch_metric_alarm" "pinning" {
  count = var.database.proxy_name == null ? 0 : 1

  alarm_name          = "${var.name}-database-pinning"
  alarm_description   = "For 20 minutes a session has kept a connection of ${var.database.proxy_name} for itself."
  namespace           = "AWS/RDS"
  metric_name         = "DatabaseConnectionsCurrentlySessionPinned"
  dimensions          = { ProxyName = var.database.proxy_name }
  statistic           = "Sum"
  period              = 60
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 20
  datapoints_to_alarm = 20
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.notify
  ok_actions          = local.notify
}
