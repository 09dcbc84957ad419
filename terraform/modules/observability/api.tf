# What callers get, seen by API Gateway: here a throttled or crashed function is a 5XX too, which no function can log.

resource "aws_cloudwatch_metric_alarm" "api_errors" {
  alarm_name          = "${var.name}-api-5xx"
  alarm_description   = "More than ${var.thresholds.error_percent} % of requests fail. Dashboard: ${var.name}."
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.error_percent
  evaluation_periods  = 3
  # Two minutes of three: a single failed request at night is 100 % of its minute.
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.notify
  ok_actions          = local.notify

  metric_query {
    id          = "rate"
    label       = "5XX in % of requests"
    expression  = "IF(requests > 0, 100 * errors / requests, 0)"
    return_data = true
  }

  metric_query {
    id = "errors"
    metric {
      namespace   = "AWS/ApiGateway"
      metric_name = "5XXError"
      dimensions  = local.stage
      period      = 60
      stat        = "Sum"
    }
  }

  metric_query {
    id = "requests"
    metric {
      namespace   = "AWS/ApiGateway"
      metric_name = "Count"
      dimensions  = local.stage
      period      = 60
      stat        = "Sum"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "api_latency" {
  alarm_name          = "${var.name}-api-latency"
  alarm_description   = "1 % of requests take more than ${var.thresholds.latency_ms} ms, cold starts included."
  namespace           = "AWS/ApiGateway"
  metric_name         = "Latency"
  dimensions          = local.stage
  extended_statistic  = "p99"
  period              = 300
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.latency_ms
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  # `ignore` would wait for 1,000 requests a period, which a sales team doesn't make.
  evaluate_low_sample_count_percentiles = "evaluate"
  treat_missing_data                    = "notBreaching"
  alarm_actions                         = local.notify
  ok_actions                            = local.notify
}

# A wave of blocked requests is an attack or a rule that blocks our own people: somebody should look, nothing is broken.
resource "aws_cloudwatch_metric_alarm" "api_blocked" {
  count = var.web_acl_name == null ? 0 : 1

  alarm_name          = "${var.name}-api-blocked"
  alarm_description   = "The firewall blocks more than ${var.thresholds.blocked_count} requests in five minutes."
  namespace           = "AWS/WAFV2"
  metric_name         = "BlockedRequests"
  dimensions          = { WebACL = var.web_acl_name, Region = local.region, Rule = "ALL" }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.blocked_count
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.notify
  ok_actions          = local.notify
}
