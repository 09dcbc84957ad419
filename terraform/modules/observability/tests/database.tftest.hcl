mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name          = "skep-test"
  alarm_emails  = []
  kms_key_arn   = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  slow_query_ms = 500
  api           = { name = "skep-test", stage = "test" }
  queues        = {}
  services      = {}
  database = {
    engine          = "rds", instance_identifiers = ["skep-test", "skep-test-replica-1"], replica_identifiers = ["skep-test-replica-1"]
    max_connections = 100, storage_gb = 20, proxy_name = "skep-test"
    log_group_names = [
      "/aws/rds/instance/skep-test/postgresql", "/aws/rds/instance/skep-test/upgrade",
      "/aws/rds/instance/skep-test-replica-1/postgresql", "/aws/rds/proxy/skep-test",
    ]
  }
}

run "each_instance_is_watched" {
  assert {
    condition = {
      for key, one in aws_cloudwatch_metric_alarm.database : key => "${one.metric_name} ${one.comparison_operator} ${one.threshold}"
      } == {
      primary-connections     = "DatabaseConnections GreaterThanThreshold 80"
      primary-cpu             = "CPUUtilization GreaterThanThreshold 80"
      primary-load            = "DBLoadRelativeToNumVCPUs GreaterThanThreshold 1.5"
      primary-memory          = "FreeableMemory LessThanThreshold 134217728"
      primary-storage         = "FreeStorageSpace LessThanThreshold 3221225472"
      primary-transaction-ids = "MaximumUsedTransactionIDs GreaterThanThreshold 1000000000"
      replica-1-connections   = "DatabaseConnections GreaterThanThreshold 80"
      replica-1-cpu           = "CPUUtilization GreaterThanThreshold 80"
      replica-1-lag           = "ReplicaLag GreaterThanThreshold 360"
      replica-1-load          = "DBLoadRelativeToNumVCPUs GreaterThanThreshold 1.5"
      replica-1-memory        = "FreeableMemory LessThanThreshold 134217728"
      replica-1-storage       = "FreeStorageSpace LessThanThreshold 3221225472"
    }
    error_message = "An alarm is missing, or reads something else."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.database["primary-cpu"].dimensions == tomap({ DBInstanceIdentifier = "skep-test" })
      && aws_cloudwatch_metric_alarm.database["replica-1-lag"].dimensions == tomap({ DBInstanceIdentifier = "skep-test-replica-1" })
    )
    error_message = "Each alarm reads its own instance."
  }
}

run "silence_counts_where_it_is_the_news" {
  assert {
    condition = {
      for key, one in aws_cloudwatch_metric_alarm.database : key => one.treat_missing_data if !startswith(key, "replica-1") || endswith(key, "lag")
      } == {
      primary-connections     = "notBreaching"
      primary-cpu             = "breaching"
      primary-load            = "notBreaching"
      primary-memory          = "ignore"
      primary-storage         = "ignore"
      primary-transaction-ids = "ignore"
      replica-1-lag           = "breaching"
    }
    error_message = "A dead instance must alarm, and a full disk must not look mended because the instance has died of it."
  }
}

run "slow_statements_are_counted_once" {
  assert {
    condition     = alltrue([for one in aws_cloudwatch_log_metric_filter.slow_queries : one.pattern == "\"duration:\" -\"plan:\""])
    error_message = "auto_explain's second line must not count."
  }
  assert {
    condition = toset(values(aws_cloudwatch_log_metric_filter.slow_queries)[*].log_group_name) == toset([
      "/aws/rds/instance/skep-test/postgresql", "/aws/rds/instance/skep-test-replica-1/postgresql",
    ])
    error_message = "Each instance's statements are read, and no other log."
  }
  assert {
    condition = alltrue([
      for one in aws_cloudwatch_log_metric_filter.slow_queries :
      one.metric_transformation[0].name == aws_cloudwatch_metric_alarm.slow_queries[0].metric_name
      && one.metric_transformation[0].namespace == aws_cloudwatch_metric_alarm.slow_queries[0].namespace
    ])
    error_message = "The alarm must read what the filter writes."
  }
}

run "pinning_is_watched_at_a_proxy_alone" {
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.pinning[0].metric_name == "DatabaseConnectionsCurrentlySessionPinned"
      && aws_cloudwatch_metric_alarm.pinning[0].dimensions == tomap({ ProxyName = "skep-test" })
      && aws_cloudwatch_metric_alarm.pinning[0].evaluation_periods * 60 > 900
    )
    error_message = "Longer than the longest job, by the proxy's name."
  }
}

run "without_a_proxy_and_replicas_there_is_less" {
  variables {
    database = {
      engine = "rds", instance_identifiers = ["skep-test"], max_connections = 100, storage_gb = 20, log_group_names = []
    }
  }
  assert {
    condition = (
      length(aws_cloudwatch_metric_alarm.pinning) == 0 && length(aws_cloudwatch_metric_alarm.slow_queries) == 0
      && length(aws_cloudwatch_metric_alarm.database) == 6
    )
    error_message = "No alarm on what isn't there."
  }
}

run "aurora_is_watched_by_role" {
  variables {
    database = {
      engine             = "aurora", instance_identifiers = ["skep-test-1", "skep-test-2"], replica_identifiers = ["skep-test-2"]
      cluster_identifier = "skep-test", max_connections = 100, storage_gb = null
      log_group_names    = ["/aws/rds/cluster/skep-test/postgresql"]
    }
  }
  assert {
    condition = alltrue([
      for key, one in aws_cloudwatch_metric_alarm.database :
      one.dimensions == tomap({ DBClusterIdentifier = "skep-test", Role = startswith(key, "writer") ? "WRITER" : "READER" })
    ])
    error_message = "After a failover another instance is the writer."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.database["writer-storage"].metric_name == "FreeLocalStorage"
      && aws_cloudwatch_metric_alarm.database["reader-lag"].metric_name == "AuroraReplicaLag"
      && aws_cloudwatch_metric_alarm.database["reader-lag"].threshold == 1000
    )
    error_message = "Aurora has metrics of its own, and tells its lag in milliseconds."
  }
}

run "aurora_without_its_cluster_is_refused" {
  command = plan
  variables {
    database = {
      engine = "aurora", instance_identifiers = ["skep-test-1"], max_connections = 100, storage_gb = 20, log_group_names = []
    }
  }
  expect_failures = [var.database]
}

run "an_unknown_engine_is_refused" {
  command = plan
  variables {
    database = {
      engine = "mysql", instance_identifiers = ["skep-test"], max_connections = 100, storage_gb = 20, log_group_names = []
    }
  }
  expect_failures = [var.database]
}

run "no_connections_at_all_are_refused" {
  command = plan
  variables {
    database = {
      engine = "rds", instance_identifiers = ["skep-test"], max_connections = 0, storage_gb = 20, log_group_names = []
    }
  }
  expect_failures = [var.database]
}

run "rds_without_its_storage_is_refused" {
  command = plan
  variables {
    database = { engine = "rds", instance_identifiers = ["skep-test"], max_connections = 100, log_group_names = [] }
  }
  expect_failures = [var.database]
}

run "a_slow_query_of_no_time_is_refused" {
  command = plan
  variables {
    slow_query_ms = 0
  }
  expect_failures = [var.slow_query_ms]
}
