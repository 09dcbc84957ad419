output "alarm_names" {
  description = "All alarms on metrics."
  value = sort(concat(
    flatten(values(local.symptoms)),
    values(aws_cloudwatch_metric_alarm.concurrency)[*].alarm_name,
    # Those of services that requests reach are symptoms.
    [for service in local.workers : aws_cloudwatch_metric_alarm.duration[service].alarm_name],
    [for service in local.workers : aws_cloudwatch_metric_alarm.throttles[service].alarm_name],
    flatten(values(local.silent)),
    aws_cloudwatch_metric_alarm.api_blocked[*].alarm_name,
  ))
}

output "composite_alarm_arns" {
  description = "The alarms that a promotion reads: by service, and of api, database, work and the whole platform."
  value = merge(
    { for service, one in aws_cloudwatch_composite_alarm.service : service => one.arn },
    { for part, one in aws_cloudwatch_composite_alarm.part : part => one.arn },
    { platform = aws_cloudwatch_composite_alarm.platform.arn },
  )
}

output "dashboard_names" {
  description = "The dashboards by service, and the one of the whole platform."
  value = merge(
    { for service, one in aws_cloudwatch_dashboard.service : service => one.dashboard_name },
    { platform = aws_cloudwatch_dashboard.platform.dashboard_name },
  )
}

output "topic_arn" {
  description = "The topic that alarms are told to."
  value       = aws_sns_topic.alarms.arn
}
