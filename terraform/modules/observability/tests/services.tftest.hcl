mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name           = "skep-test"
  alarm_emails   = ["ops@straw.example"]
  kms_key_arn    = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  slow_query_ms  = 500
  web_acl_name   = "skep-test"
  schedule_group = "skep-test"
  api            = { name = "skep-test", stage = "test" }
  queues         = { work = { name = "skep-test-work", dead_name = "skep-test-work-dead", late_seconds = 6300 } }
  services = {
    customers = {
      function_name   = "skep-test-customers", alias_name = "live", log_group_name = "/aws/lambda/skep-test-customers"
      timeout_seconds = 25, reserved_concurrency = 10, kind = "api"
    }
    key_sync = {
      function_name   = "skep-test-key-sync", alias_name = "live", log_group_name = "/aws/lambda/skep-test-key-sync"
      timeout_seconds = 300, reserved_concurrency = 1, kind = "worker"
    }
    automations = {
      function_name   = "skep-test-automations", alias_name = "live", log_group_name = "/aws/lambda/skep-test-automations"
      timeout_seconds = 900, reserved_concurrency = 4, kind = "worker"
    }
  }
  database = {
    engine          = "rds", instance_identifiers = ["skep-test"], max_connections = 100, storage_gb = 20
    log_group_names = ["/aws/rds/instance/skep-test/postgresql"]
  }
}

run "an_alarm_on_http_5xx_reads_what_a_request_writes" {
  assert {
    condition = (
      strcontains(file("../../../services/shared/metrics.py"), "NAMESPACE = \"${aws_cloudwatch_metric_alarm.http_5xx["customers"].namespace}\"")
      && strcontains(
        regex("REQUEST = LogLine\\((.*)\\)", file("../../../services/shared/metrics.py"))[0],
        "\"${aws_cloudwatch_metric_alarm.http_5xx["customers"].metric_name}\": \"Count\"",
      )
    )
    error_message = "services/shared/metrics.py doesn't write this metric."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.http_5xx["customers"].dimensions == tomap({ service = "customers" })
      && strcontains(file("../../../services/shared/metrics.py"), "_DIMENSIONS = [[\"service\", \"function_version\"], [\"service\"]]")
    )
    error_message = "The dimensions must be a set that services/shared/metrics.py writes."
  }
  assert {
    condition = strcontains(
      file("../../../services/shared/web.py"), "\"${aws_cloudwatch_metric_alarm.http_5xx["customers"].metric_name}\": int(status >= 500),"
    )
    error_message = "Its average is a rate only as long as it is 0 or 1 a request."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.http_5xx["customers"].statistic == "Average"
      && aws_cloudwatch_metric_alarm.http_5xx["customers"].threshold == 0.05
      && aws_cloudwatch_metric_alarm.http_5xx["customers"].datapoints_to_alarm == 2
      && aws_cloudwatch_metric_alarm.http_5xx["customers"].evaluation_periods == 3
      && aws_cloudwatch_metric_alarm.http_5xx["customers"].treat_missing_data == "notBreaching"
    )
    error_message = "5 % in two minutes of three."
  }
  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.http_5xx)) == toset(["customers"])
    error_message = "Workers answer no requests."
  }
}

run "each_version_has_a_state_of_its_own" {
  assert {
    condition = one(aws_cloudwatch_metric_alarm.version_5xx["customers"].metric_query).expression == join(" ", [
      "SELECT SUM(http_5xx) FROM SCHEMA(\"Skep\", service, function_version)",
      "WHERE service = 'customers' GROUP BY function_version ORDER BY SUM() DESC",
    ])
    error_message = "CloudWatch makes contributors only of a query that groups and orders."
  }
  assert {
    condition     = one(aws_cloudwatch_metric_alarm.version_5xx["customers"].metric_query).period == 300
    error_message = "A quiet service has to have five minutes to show its errors."
  }
}

run "latency_is_the_99th_percentile_of_what_the_code_measures" {
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.latency["customers"].metric_name == "duration_ms"
      && aws_cloudwatch_metric_alarm.latency["customers"].extended_statistic == "p99"
      && strcontains(file("../../../services/shared/metrics.py"), "\"duration_ms\": \"Milliseconds\"")
    )
    error_message = "p99 of duration_ms, in milliseconds."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.latency["customers"].evaluate_low_sample_count_percentiles == "evaluate"
    error_message = "With few requests, `ignore` never alarms."
  }
}

run "functions_are_watched_by_their_alias" {
  assert {
    condition = alltrue([
      for alarm in [aws_cloudwatch_metric_alarm.throttles, aws_cloudwatch_metric_alarm.duration] :
      alarm["key_sync"].dimensions == tomap({ FunctionName = "skep-test-key-sync", Resource = "skep-test-key-sync:live" })
    ])
    error_message = "Only what goes by the alias counts, not what somebody tries by a version's number."
  }
  assert {
    condition = {
      for query in aws_cloudwatch_metric_alarm.errors["customers"].metric_query :
      query.id => try(one(query.metric).metric_name, query.expression)
      } == {
      rate = "IF(invocations > 0, 100 * errors / invocations, 0)", errors = "Errors", invocations = "Invocations"
    }
    error_message = "Errors are a rate, which no invocation makes 0."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.duration["key_sync"].threshold == 240000
    error_message = "80 % of 300 s, in ms."
  }
  assert {
    condition = (
      { for service, one in aws_cloudwatch_metric_alarm.concurrency : service => one.threshold } == { automations = 3.2, customers = 8 }
      && aws_cloudwatch_metric_alarm.concurrency["customers"].dimensions == tomap({ FunctionName = "skep-test-customers" })
    )
    error_message = "80 % of the reservation, which is the function's; where one at a time is meant there is no alarm."
  }
}

run "a_service_has_one_notice_for_all_its_symptoms" {
  assert {
    condition     = aws_cloudwatch_composite_alarm.service["customers"].alarm_actions == toset([aws_sns_topic.alarms.arn])
    error_message = "The composite alarm must tell."
  }
  assert {
    condition = toset(split(" OR ", aws_cloudwatch_composite_alarm.service["customers"].alarm_rule)) == toset([
      for symptom in ["5xx", "duration", "errors", "latency", "throttles", "version-5xx"] : "ALARM(\"skep-test-customers-${symptom}\")"
    ])
    error_message = "A symptom is missing, or one is too many."
  }
  assert {
    condition     = aws_cloudwatch_composite_alarm.service["key_sync"].alarm_rule == "ALARM(\"skep-test-key-sync-errors\")"
    error_message = "A worker is unhealthy when it fails; a long job or a full reservation is work."
  }
  assert {
    condition = alltrue([
      for alarm in [aws_cloudwatch_metric_alarm.throttles, aws_cloudwatch_metric_alarm.duration] :
      length(alarm["customers"].alarm_actions) == 0 && length(alarm["key_sync"].alarm_actions) == 1
    ])
    error_message = "What no composite alarm reads has to tell by itself."
  }
}

run "a_service_has_a_dashboard_of_what_it_writes" {
  assert {
    condition     = toset(keys(output.dashboard_names)) == toset(["automations", "customers", "key_sync", "platform"])
    error_message = "One a service and one for the whole."
  }
  assert {
    condition = alltrue([
      for metric in flatten([
        for widget in jsondecode(aws_cloudwatch_dashboard.service["customers"].dashboard_body).widgets : [
          for metric in try(widget.properties.metrics, []) : metric[1] if try(metric[0], "") == "Skep"
        ]
      ]) : strcontains(regex("REQUEST = LogLine\\((.*)\\)", file("../../../services/shared/metrics.py"))[0], "\"${metric}\":")
    ])
    error_message = "The dashboard shows a metric that no request writes."
  }
  assert {
    condition = alltrue(flatten([
      for board in values(aws_cloudwatch_dashboard.service) : [
        for widget in jsondecode(board.dashboard_body).widgets : widget.x + widget.width <= 24 && widget.y >= 0
      ]
    ]))
    error_message = "A widget stands outside the grid."
  }
}

run "a_service_of_an_unknown_kind_is_refused" {
  command = plan
  variables {
    services = {
      customers = {
        function_name = "a", alias_name = "live", log_group_name = "a", timeout_seconds = 25, kind = "batch"
      }
    }
  }
  expect_failures = [var.services]
}

run "a_service_called_like_another_alarm_is_refused" {
  command = plan
  variables {
    services = {
      work = { function_name = "a", alias_name = "live", log_group_name = "a", timeout_seconds = 25, kind = "api" }
    }
  }
  expect_failures = [var.services]
}
