mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                      = "skep-test"
  engine                    = "rds"
  production                = false
  vpc_id                    = "vpc-1"
  subnet_ids                = ["subnet-1", "subnet-2"]
  client_security_group_ids = { functions = "sg-functions" }
  kms_key_arn               = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  permissions_boundary_arn  = "arn:aws:iam::111111111111:policy/skep-boundary"
  instance_class            = "db.t4g.medium"
  storage_gb                = 20
  max_storage_gb            = 100
  max_connections           = 100
  multi_az                  = false
  backup_days               = 7
  deletion_protection       = false
  replicas                  = 0
  proxy                     = false
  slow_query_ms             = 500
}

run "what_no_environment_may_change_stands_in_the_module" {
  assert {
    condition     = aws_db_instance.primary[0].storage_encrypted && aws_db_instance.primary[0].kms_key_id == var.kms_key_arn
    error_message = "The storage must be encrypted with our key."
  }
  assert {
    condition     = !aws_db_instance.primary[0].publicly_accessible
    error_message = "The database must have no public address."
  }
  assert {
    condition     = aws_db_instance.primary[0].iam_database_authentication_enabled
    error_message = "Services connect by IAM tokens."
  }
  assert {
    condition     = { for one in aws_db_parameter_group.main[0].parameter : one.name => one.value }["rds.force_ssl"] == "1"
    error_message = "The server must refuse a connection without TLS."
  }
  assert {
    condition = (
      aws_db_instance.primary[0].copy_tags_to_snapshot && !aws_db_instance.primary[0].delete_automated_backups &&
      aws_db_instance.primary[0].backup_retention_period == 7
    )
    error_message = "Backups must be kept, with tags, also when the instance goes."
  }
  assert {
    condition     = aws_db_instance.primary[0].engine_version == "17" && aws_db_instance.primary[0].auto_minor_version_upgrade
    error_message = "The major version must be fixed, minor ones put in by AWS."
  }
  assert {
    condition     = toset(aws_db_subnet_group.main.subnet_ids) == toset(var.subnet_ids)
    error_message = "The database must stand in the subnets that it is given."
  }
}

run "slow_queries_are_logged_with_their_plan" {
  assert {
    condition = { for one in aws_db_parameter_group.main[0].parameter : one.name => "${one.value} ${one.apply_method}" } == {
      "auto_explain.log_min_duration"       = "500 immediate"
      "idle_in_transaction_session_timeout" = "60000 immediate"
      "log_error_verbosity"                 = "terse immediate"
      "log_lock_waits"                      = "1 immediate"
      "log_min_duration_statement"          = "500 immediate"
      "log_min_error_statement"             = "panic immediate"
      "log_statement"                       = "ddl immediate"
      "log_temp_files"                      = "10240 immediate"
      "max_connections"                     = "100 pending-reboot"
      "rds.force_ssl"                       = "1 immediate"
      "shared_preload_libraries"            = "pg_stat_statements,auto_explain pending-reboot"
      "track_activity_query_size"           = "8192 pending-reboot"
      "track_io_timing"                     = "1 immediate"
    }
    error_message = "The parameters differ from those that were chosen."
  }
  assert {
    condition     = aws_db_parameter_group.main[0].name_prefix == "skep-test-postgres17-" && aws_db_parameter_group.main[0].family == "postgres17"
    error_message = "Each major version must have a group of its own."
  }
}

run "logs_are_kept_in_groups_of_our_own" {
  assert {
    condition = output.log_group_names == [
      "/aws/rds/instance/skep-test/iam-db-auth-error",
      "/aws/rds/instance/skep-test/postgresql",
      "/aws/rds/instance/skep-test/upgrade",
    ]
    error_message = "Each log that RDS exports must have its group, under the name that RDS writes to."
  }
  assert {
    condition = alltrue([
      for group in aws_cloudwatch_log_group.database : group.kms_key_id == var.kms_key_arn && group.retention_in_days == 365
    ])
    error_message = "Logs have values of slow statements in them: they must be encrypted, and end."
  }
  assert {
    condition     = toset(aws_db_instance.primary[0].enabled_cloudwatch_logs_exports) == toset(["iam-db-auth-error", "postgresql", "upgrade"])
    error_message = "RDS must export all logs that it has."
  }
}

run "the_master_password_is_in_a_secret_and_nowhere_else" {
  assert {
    condition = (
      aws_db_instance.primary[0].password_wo_version == 1 &&
      aws_secretsmanager_secret_version.master[0].secret_string_wo_version == 1
    )
    error_message = "Database and secret must take the password by its version, without keeping it in the state."
  }
  assert {
    condition     = aws_secretsmanager_secret.master[0].name == "skep-test/database/master" && aws_secretsmanager_secret.master[0].kms_key_id == var.kms_key_arn
    error_message = "The secret must be encrypted with our key."
  }
  assert {
    condition     = aws_secretsmanager_secret.master[0].recovery_window_in_days == 0 && output.master_secret_arn == aws_secretsmanager_secret.master[0].arn
    error_message = "The secret of a database that may go must go with it."
  }
}

run "only_the_named_groups_connect" {
  assert {
    condition = {
      for name, rule in aws_vpc_security_group_ingress_rule.database_from_clients : name =>
      "${rule.security_group_id} ${rule.referenced_security_group_id} ${rule.from_port} ${rule.to_port}"
    } == { functions = "${output.security_group_id} sg-functions 5432 5432" }
    error_message = "The database must let in those that it is told to, at its port."
  }
  assert {
    condition = {
      for name, rule in aws_vpc_security_group_egress_rule.clients_to_database : name =>
      "${rule.security_group_id} ${rule.referenced_security_group_id} ${rule.to_port}"
    } == { functions = "sg-functions ${output.security_group_id} 5432" }
    error_message = "Those must be let out to the database."
  }
}

run "without_replicas_and_proxy_all_connect_to_the_instance" {
  assert {
    condition     = output.address == output.direct_address && output.direct_address == aws_db_instance.primary[0].address
    error_message = "The address must be the instance's."
  }
  assert {
    condition     = output.read_address == null && output.proxy_name == null && output.cluster_identifier == null
    error_message = "What isn't there must be null."
  }
  assert {
    condition = output.connect_arns == {
      for role in ["skep_app", "skep_job", "skep_owner"] :
      role => ["arn:aws:rds-db:eu-west-1:111111111111:dbuser:db-MOCKEDINSTANCE/${role}"]
    }
    error_message = "A role must be able to connect as itself, by the instance's resource id."
  }
  assert {
    condition     = output.instance_identifiers == ["skep-test"] && output.replica_identifiers == [] && output.name == "skep"
    error_message = "There must be one instance."
  }
}

run "insights_are_encrypted_and_the_machine_reports" {
  assert {
    condition = (
      aws_db_instance.primary[0].performance_insights_enabled && aws_db_instance.primary[0].performance_insights_retention_period == 7 &&
      aws_db_instance.primary[0].performance_insights_kms_key_id == var.kms_key_arn
    )
    error_message = "Insights must be on, with our key."
  }
  assert {
    condition     = aws_db_instance.primary[0].monitoring_interval == 60 && aws_iam_role.monitoring[0].permissions_boundary == var.permissions_boundary_arn
    error_message = "Enhanced Monitoring must be on, its role bounded."
  }
}

run "production_is_protected" {
  variables {
    production          = true
    multi_az            = true
    backup_days         = 35
    deletion_protection = true
    database_insights   = "advanced"
    replicas            = 2
  }

  override_resource {
    target = aws_db_instance.replica
    values = { resource_id = "db-REPLICA" }
  }

  assert {
    condition = (
      aws_db_instance.primary[0].multi_az && aws_db_instance.primary[0].backup_retention_period == 35 &&
      aws_db_instance.primary[0].deletion_protection
    )
    error_message = "Production must have a standby, 35 days of backups and no deletion."
  }
  assert {
    condition = (
      !aws_db_instance.primary[0].skip_final_snapshot &&
      can(regex("^skep-test-final-[0-9a-z]{8}$", aws_db_instance.primary[0].final_snapshot_identifier))
    )
    error_message = "A last snapshot must be made, under a name that no earlier one has."
  }
  assert {
    condition     = !aws_db_instance.primary[0].apply_immediately
    error_message = "What interrupts must wait for the maintenance window."
  }
  assert {
    condition     = aws_db_instance.primary[0].performance_insights_retention_period == 465
    error_message = "Advanced insights go back 465 days."
  }
  assert {
    condition     = aws_secretsmanager_secret.master[0].recovery_window_in_days == 30
    error_message = "The secret must be kept when it is deleted by mistake."
  }
  assert {
    condition     = [for replica in aws_db_instance.replica : replica.replicate_source_db] == ["skep-test", "skep-test"]
    error_message = "Replicas must follow the primary."
  }
  assert {
    condition = alltrue([
      for replica in aws_db_instance.replica : replica.storage_encrypted && !replica.publicly_accessible &&
      replica.iam_database_authentication_enabled && replica.parameter_group_name == aws_db_parameter_group.main[0].name
    ])
    error_message = "Replicas must be as closed as the primary."
  }
  assert {
    condition = (
      output.instance_identifiers == ["skep-test", "skep-test-replica-1", "skep-test-replica-2"] &&
      output.replica_identifiers == ["skep-test-replica-1", "skep-test-replica-2"] &&
      output.read_address == aws_db_instance.replica["skep-test-replica-1"].address
    )
    error_message = "Replicas must be told, and read from."
  }
  assert {
    condition = length(output.log_group_names) == 9 && output.connect_arns["skep_app"] == [
      "arn:aws:rds-db:eu-west-1:111111111111:dbuser:db-MOCKEDINSTANCE/skep_app",
      "arn:aws:rds-db:eu-west-1:111111111111:dbuser:db-REPLICA/skep_app",
    ]
    error_message = "Replicas must be connected to by their own ids, and have logs of their own."
  }
}

run "a_small_database_does_without_what_costs" {
  variables {
    final_snapshot     = false
    monitoring_seconds = 0
    max_storage_gb     = 0
    port               = 25432
  }

  assert {
    condition     = length(aws_iam_role.monitoring) == 0 && aws_db_instance.primary[0].skip_final_snapshot
    error_message = "There must be no role for monitoring that is off, and no last snapshot."
  }
  assert {
    condition     = output.port == 25432 && aws_vpc_security_group_ingress_rule.database_from_clients["functions"].from_port == 25432
    error_message = "The port must be the one asked for, everywhere."
  }
}
