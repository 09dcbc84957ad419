# A service's own alarms. Those that its composite alarm reads have no actions: that gives one notice, and names them.

# Flask answers 500 to what goes wrong, and Lambda counts no error: the code's own metric does. It is 0 or 1 a request,
# so its average is the rate.
resource "aws_cloudwatch_metric_alarm" "http_5xx" {
  for_each = local.reached

  alarm_name          = "${var.name}-${each.value.title}-5xx"
  alarm_description   = "More than ${var.thresholds.error_percent} % of the requests to ${each.key} get a 5xx."
  namespace           = local.namespace
  metric_name         = "http_5xx"
  dimensions          = { service = each.key }
  statistic           = "Average"
  period              = 60
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.error_percent / 100
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
}

# The same by version, since a canary's 10 % hide in the service's rate. Versions come and go, and an alarm takes no
# SEARCH: this is a Metrics Insights query with one contributor a version, each with a state of its own. It counts,
# since of a canary's few requests a rate says little; and for five minutes, since a quiet service has few a minute.
# Source: "Create an alarm based on a Multi Time Series Metrics Insights query", Amazon CloudWatch user guide.
resource "aws_cloudwatch_metric_alarm" "version_5xx" {
  for_each = local.reached

  alarm_name          = "${var.name}-${each.value.title}-version-5xx"
  alarm_description   = "A version of ${each.key} gave ${var.thresholds.version_5xx_count} or more 5xx in five minutes."
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.thresholds.version_5xx_count
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "by_version"
    period      = 300
    return_data = true
    expression = join(" ", [
      "SELECT SUM(http_5xx) FROM SCHEMA(\"${local.namespace}\", service, function_version)",
      "WHERE service = '${each.key}' GROUP BY function_version ORDER BY SUM() DESC",
    ])
  }
}

resource "aws_cloudwatch_metric_alarm" "latency" {
  for_each = local.reached

  alarm_name          = "${var.name}-${each.value.title}-latency"
  alarm_description   = "1 % of the requests to ${each.key} take more than ${var.thresholds.latency_ms} ms."
  namespace           = local.namespace
  metric_name         = "duration_ms"
  dimensions          = { service = each.key }
  extended_statistic  = "p99"
  period              = 300
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.latency_ms
  evaluation_periods  = 3
  datapoints_to_alarm = 2

  evaluate_low_sample_count_percentiles = "evaluate"
  treat_missing_data                    = "notBreaching"
}

# Crashes, time-outs, a failed start; of workers, a task that failed.
resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = local.services

  alarm_name          = "${var.name}-${each.value.title}-errors"
  alarm_description   = "More than ${var.thresholds.error_percent} % of ${each.value.function_name}'s invocations fail."
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.error_percent
  evaluation_periods  = 3
  # A task that fails once is tried again a minute later; one that goes on failing does so in two minutes of three.
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "rate"
    label       = "errors in % of invocations"
    expression  = "IF(invocations > 0, 100 * errors / invocations, 0)"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { errors = "Errors", invocations = "Invocations" }
    content {
      id = metric_query.key
      metric {
        namespace   = "AWS/Lambda"
        metric_name = metric_query.value
        dimensions  = each.value.alias
        period      = 60
        stat        = "Sum"
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "throttles" {
  for_each = local.services

  alarm_name          = "${var.name}-${each.value.title}-throttles"
  alarm_description   = "${each.value.function_name} is called more often at once than its reserved concurrency allows."
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = each.value.alias
  statistic           = "Sum"
  period              = 60
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  # A caller of the API gets a 5XX for it; a queue and a schedule come again by themselves.
  evaluation_periods  = each.value.kind == "worker" ? 15 : 3
  datapoints_to_alarm = each.value.kind == "worker" ? 15 : 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = each.value.kind == "worker" ? local.notify : []
  ok_actions          = each.value.kind == "worker" ? local.notify : []
}

resource "aws_cloudwatch_metric_alarm" "duration" {
  for_each = local.services

  alarm_name          = "${var.name}-${each.value.title}-duration"
  alarm_description   = "The longest 1 % of the invocations of ${each.value.function_name} come near its time-out."
  namespace           = "AWS/Lambda"
  metric_name         = "Duration"
  dimensions          = each.value.alias
  extended_statistic  = "p99"
  period              = 300
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0.8 * 1000 * each.value.timeout_seconds
  evaluation_periods  = 3
  datapoints_to_alarm = 2

  evaluate_low_sample_count_percentiles = "evaluate"
  treat_missing_data                    = "notBreaching"
  # A long job is no sickness of its worker, so no composite alarm tells of it.
  alarm_actions = each.value.kind == "worker" ? local.notify : []
  ok_actions    = each.value.kind == "worker" ? local.notify : []
}

# A reservation is the function's, over all its versions, and so is this metric. Of one execution there is no 80 %.
resource "aws_cloudwatch_metric_alarm" "concurrency" {
  for_each = { for service, one in local.services : service => one if try(one.reserved_concurrency > 1, false) }

  alarm_name          = "${var.name}-${each.value.title}-concurrency"
  alarm_description   = "${each.value.function_name} uses over 80 % of its reserved concurrency."
  namespace           = "AWS/Lambda"
  metric_name         = "ConcurrentExecutions"
  dimensions          = { FunctionName = each.value.function_name }
  statistic           = "Maximum"
  period              = 60
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0.8 * each.value.reserved_concurrency
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "notBreaching"
  # A warning, while everybody is still served.
  alarm_actions = local.notify
  ok_actions    = local.notify
}
