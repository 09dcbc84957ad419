mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                      = "skep-test"
  engine                    = "aurora"
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

run "the_cluster_is_as_closed_as_an_instance" {
  assert {
    condition     = length(aws_db_instance.primary) == 0 && keys(aws_rds_cluster_instance.main) == ["1"]
    error_message = "There must be a cluster with one instance, and nothing of RDS."
  }
  assert {
    condition = (
      aws_rds_cluster.main[0].storage_encrypted && aws_rds_cluster.main[0].kms_key_id == var.kms_key_arn &&
      aws_rds_cluster.main[0].iam_database_authentication_enabled && !aws_rds_cluster_instance.main["1"].publicly_accessible
    )
    error_message = "The cluster must be encrypted, private, and take IAM tokens."
  }
  assert {
    condition     = { for one in aws_rds_cluster_parameter_group.main[0].parameter : one.name => one.value }["rds.force_ssl"] == "1"
    error_message = "The cluster must refuse a connection without TLS."
  }
  assert {
    condition = {
      for one in aws_rds_cluster_parameter_group.main[0].parameter : one.name => one.value
      if contains(["log_min_duration_statement", "log_statement", "shared_preload_libraries"], one.name)
      } == {
      log_min_duration_statement = "500", log_statement = "ddl", shared_preload_libraries = "pg_stat_statements,auto_explain",
    }
    error_message = "The cluster must log what an instance does."
  }
  assert {
    condition     = aws_rds_cluster_parameter_group.main[0].family == "aurora-postgresql17" && aws_rds_cluster.main[0].engine_version == "17"
    error_message = "The major version must be fixed."
  }
  assert {
    condition = (
      aws_rds_cluster.main[0].copy_tags_to_snapshot && !aws_rds_cluster.main[0].delete_automated_backups &&
      !aws_rds_cluster.main[0].skip_final_snapshot && aws_rds_cluster.main[0].backup_retention_period == 7
    )
    error_message = "Backups must be kept, and a last snapshot made."
  }
}

run "callers_see_no_difference_to_rds" {
  assert {
    condition     = output.address == aws_rds_cluster.main[0].endpoint && output.direct_address == output.address && output.port == 5432
    error_message = "The address must be the cluster's."
  }
  assert {
    condition     = output.read_address == null && output.storage_gb == null && output.cluster_identifier == "skep-test"
    error_message = "A cluster without readers has no address to read from, and no storage that could be short."
  }
  assert {
    condition     = output.connect_arns["skep_app"] == ["arn:aws:rds-db:eu-west-1:111111111111:dbuser:cluster-MOCKEDCLUSTER/skep_app"]
    error_message = "A role must be able to connect as itself, by the cluster's resource id."
  }
  assert {
    condition     = output.log_group_names == ["/aws/rds/cluster/skep-test/iam-db-auth-error", "/aws/rds/cluster/skep-test/postgresql"]
    error_message = "The cluster's logs must have groups of our own."
  }
  assert {
    condition     = output.master_secret_arn == aws_secretsmanager_secret.master[0].arn
    error_message = "The cluster's master must have its secret."
  }
}

run "another_zone_means_a_reader" {
  variables {
    multi_az = true
  }

  assert {
    condition     = output.instance_identifiers == ["skep-test-1", "skep-test-2"] && output.replica_identifiers == ["skep-test-2"]
    error_message = "Aurora's standby must be a reader."
  }
  assert {
    condition     = output.read_address == aws_rds_cluster.main[0].reader_endpoint
    error_message = "Reads must go to the readers' common address."
  }
  assert {
    condition     = length(aws_appautoscaling_target.readers) == 0
    error_message = "Nothing may scale without being asked."
  }
}

run "readers_come_and_go_with_the_load" {
  variables {
    replicas        = 1
    replica_scaling = { min = 1, max = 4 }
  }

  assert {
    condition = (
      aws_appautoscaling_target.readers[0].scalable_dimension == "rds:cluster:ReadReplicaCount" &&
      aws_appautoscaling_target.readers[0].service_namespace == "rds" &&
      aws_appautoscaling_target.readers[0].resource_id == "cluster:skep-test" &&
      aws_appautoscaling_target.readers[0].min_capacity == 1 && aws_appautoscaling_target.readers[0].max_capacity == 4
    )
    error_message = "The number of readers must be what scales."
  }
  assert {
    condition = [
      for tracking in aws_appautoscaling_policy.readers[0].target_tracking_scaling_policy_configuration :
      tracking.predefined_metric_specification[0].predefined_metric_type
    ] == ["RDSReaderAverageCPUUtilization"]
    error_message = "It must follow the readers' CPU."
  }
}

run "readers_that_all_scale_are_read_from_too" {
  variables {
    replica_scaling = { min = 1, max = 2 }
  }

  assert {
    condition     = output.read_address == aws_rds_cluster.main[0].reader_endpoint && output.replica_identifiers == []
    error_message = "Readers that Terraform didn't make must be read from."
  }
}

run "the_proxy_stands_before_a_cluster_too" {
  variables {
    proxy    = true
    replicas = 1
  }

  assert {
    condition     = aws_db_proxy_target.main[0].db_cluster_identifier == "skep-test"
    error_message = "The proxy must lead to the cluster."
  }
  assert {
    condition = output.connect_arns["skep_app"] == [
      "arn:aws:rds-db:eu-west-1:111111111111:dbuser:prx-0123456789abcdef0/skep_app",
      "arn:aws:rds-db:eu-west-1:111111111111:dbuser:cluster-MOCKEDCLUSTER/skep_app",
    ]
    error_message = "Writes go by the proxy, reads to the readers themselves."
  }
}
