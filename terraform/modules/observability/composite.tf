# What a promotion reads before and after it shifts traffic: one state for each service, one for the rest, one for all.

locals {
  # What says that a service doesn't serve. Full concurrency and a long job say only that it has much to do.
  symptoms = {
    for service, one in local.services : service => compact([
      aws_cloudwatch_metric_alarm.errors[service].alarm_name,
      one.kind == "worker" ? "" : aws_cloudwatch_metric_alarm.throttles[service].alarm_name,
      one.kind == "worker" ? "" : aws_cloudwatch_metric_alarm.duration[service].alarm_name,
      one.kind == "worker" ? "" : aws_cloudwatch_metric_alarm.http_5xx[service].alarm_name,
      one.kind == "worker" ? "" : aws_cloudwatch_metric_alarm.version_5xx[service].alarm_name,
      one.kind == "worker" ? "" : aws_cloudwatch_metric_alarm.latency[service].alarm_name,
    ])
  }

  work_alarms = concat(
    values(aws_cloudwatch_metric_alarm.queue_age)[*].alarm_name,
    values(aws_cloudwatch_metric_alarm.queue_backlog)[*].alarm_name,
    values(aws_cloudwatch_metric_alarm.dead_letters)[*].alarm_name,
    values(aws_cloudwatch_metric_alarm.missing_keys)[*].alarm_name,
    values(aws_cloudwatch_metric_alarm.scheduler)[*].alarm_name,
    values(aws_cloudwatch_metric_alarm.silence)[*].alarm_name,
  )
  database_alarms = concat(
    values(aws_cloudwatch_metric_alarm.database)[*].alarm_name,
    aws_cloudwatch_metric_alarm.slow_queries[*].alarm_name,
    aws_cloudwatch_metric_alarm.pinning[*].alarm_name,
  )
  api_alarms = [aws_cloudwatch_metric_alarm.api_errors.alarm_name, aws_cloudwatch_metric_alarm.api_latency.alarm_name]

  # Their alarms have told already, each for itself.
  silent = { api = local.api_alarms, database = local.database_alarms, work = local.work_alarms }
}

resource "aws_cloudwatch_composite_alarm" "service" {
  for_each = local.symptoms

  alarm_name        = "${var.name}-${local.services[each.key].title}-unhealthy"
  alarm_description = "${each.key} doesn't serve. Dashboard: ${var.name}-${local.services[each.key].title}."
  alarm_rule        = join(" OR ", [for one in each.value : "ALARM(\"${one}\")"])
  alarm_actions     = local.notify
  ok_actions        = local.notify
}

resource "aws_cloudwatch_composite_alarm" "part" {
  for_each = local.silent

  alarm_name        = "${var.name}-${each.key}-unhealthy"
  alarm_description = "One of the alarms of ${each.key} is on."
  alarm_rule        = join(" OR ", [for one in sort(each.value) : "ALARM(\"${one}\")"])
}

resource "aws_cloudwatch_composite_alarm" "platform" {
  alarm_name        = "${var.name}-unhealthy"
  alarm_description = "Something of ${var.name} is unhealthy. A promotion doesn't begin while this is on."
  alarm_rule = join(" OR ", [
    for one in concat(
      values(aws_cloudwatch_composite_alarm.service)[*].alarm_name,
      values(aws_cloudwatch_composite_alarm.part)[*].alarm_name,
    ) : "ALARM(\"${one}\")"
  ])
}
