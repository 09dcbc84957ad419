# Settings of the server, which hold for every role. What differs by role is set by ALTER ROLE (services/migrations).

locals {
  # Those that the server reads at its start alone.
  start_parameters = {
    "max_connections"           = tostring(var.max_connections)
    "shared_preload_libraries"  = "pg_stat_statements,auto_explain"
    "track_activity_query_size" = "8192"
  }

  parameters = {
    "auto_explain.log_min_duration" = tostring(var.slow_query_ms)
    "log_min_duration_statement"    = tostring(var.slow_query_ms)
    "log_lock_waits"                = "1"
    "log_temp_files"                = "10240" # kB
    "log_statement"                 = "ddl"
    # A write that was refused would leave its values in the log: its text, and DETAIL: Key (company)=(…).
    "log_error_verbosity"     = "terse"
    "log_min_error_statement" = "panic"

    # For those who connect without a setting of their own.
    "idle_in_transaction_session_timeout" = "60000" # ms
    "track_io_timing"                     = "1"
  }

  all_parameters = merge(
    { for name, value in local.start_parameters : name => { value = value, apply_method = "pending-reboot" } },
    { for name, value in local.parameters : name => { value = value, apply_method = "immediate" } },
  )
}

resource "aws_db_parameter_group" "main" {
  count = local.is_rds ? 1 : 0

  name_prefix = "${var.name}-postgres${local.postgres_major}-"
  description = "PostgreSQL ${local.postgres_major} of ${var.name}"
  family      = "postgres${local.postgres_major}"

  parameter {
    name         = "rds.force_ssl"
    value        = "1"
    apply_method = "immediate"
  }

  dynamic "parameter" {
    for_each = local.all_parameters

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = parameter.value.apply_method
    }
  }

  # A group in use can't be deleted: at a new major version the new one has to be there first, under another name.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_rds_cluster_parameter_group" "main" {
  count = local.is_aurora ? 1 : 0

  name_prefix = "${var.name}-aurora${local.postgres_major}-"
  description = "Aurora PostgreSQL ${local.postgres_major} of ${var.name}"
  family      = "aurora-postgresql${local.postgres_major}"

  parameter {
    name         = "rds.force_ssl"
    value        = "1"
    apply_method = "immediate"
  }

  dynamic "parameter" {
    for_each = local.all_parameters

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = parameter.value.apply_method
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}
