# Work that no request waits for: nobody sees it fail, so each of these tells for itself.

locals {
  # SQS counts the age of messages in flight too, and a message whose job somebody else is at comes again after the
  # visibility time-out: that is no delay. Two turns of it and the reader's time are one.
  late_seconds = { for queue, one in var.queues : queue => coalesce(one.late_seconds, 6300) }
}

resource "aws_cloudwatch_metric_alarm" "queue_age" {
  for_each = var.queues

  alarm_name          = "${var.name}-work-${each.key}-age"
  alarm_description   = "A message waits in ${each.value.name} for more than ${local.late_seconds[each.key]} s."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = each.value.name }
  statistic           = "Maximum"
  period              = 60
  comparison_operator = "GreaterThanThreshold"
  threshold           = local.late_seconds[each.key]
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  # SQS is silent about a queue that was empty for six hours.
  treat_missing_data = "notBreaching"
  alarm_actions      = local.notify
  ok_actions         = local.notify
}

# Nobody takes messages at all: seen long before they are too old.
resource "aws_cloudwatch_metric_alarm" "queue_backlog" {
  for_each = var.queues

  alarm_name          = "${var.name}-work-${each.key}-backlog"
  alarm_description   = "For 20 minutes there was always a message in ${each.value.name} that nobody had taken."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value.name }
  statistic           = "Minimum"
  period              = 60
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 20
  datapoints_to_alarm = 20
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.notify
  ok_actions          = local.notify
}

locals {
  dead_letters = merge({ for queue, one in var.queues : queue => one.dead_name }, var.dead_letters)
}

# Any: it was tried in vain as often as it may be. Not NumberOfMessagesSent, which doesn't count what SQS moves by itself.
resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each = local.dead_letters

  alarm_name          = "${var.name}-work-${each.key}-dead-letters"
  alarm_description   = "There is a message in ${each.value}. Look at it; it is kept for 14 days."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value }
  statistic           = "Maximum"
  period              = 60
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  # A queue with a message in it is never silent.
  treat_missing_data = "notBreaching"
  alarm_actions      = local.notify
  ok_actions         = local.notify
}

# Keys that are live in Postgres and that API Gateway lacks: their owners are refused. The metric comes with the next
# list of keys, within an hour; until then what the last one said is true.
resource "aws_cloudwatch_metric_alarm" "missing_keys" {
  for_each = setintersection(keys(var.services), ["key_sync"])

  alarm_name          = "${var.name}-work-missing-keys"
  alarm_description   = "API Gateway lacks keys whose values nobody has. The log of key_sync names them: make new ones."
  namespace           = local.namespace
  metric_name         = "missing"
  dimensions          = { service = each.key }
  statistic           = "Maximum"
  period              = 60
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "ignore"
  alarm_actions       = local.notify
  ok_actions          = local.notify
}

resource "aws_cloudwatch_metric_alarm" "scheduler" {
  for_each = {
    refused = { metric = "TargetErrorCount", of = 3, at_least = 2 }
    # Scheduler has tried for as long as it was told to, and given up.
    dropped = { metric = "InvocationDroppedCount", of = 1, at_least = 1 }
  }

  alarm_name          = "${var.name}-work-schedule-${each.key}"
  alarm_description   = "Schedules of ${local.schedule_group} don't reach their function."
  namespace           = "AWS/Scheduler"
  metric_name         = each.value.metric
  dimensions          = { ScheduleGroup = local.schedule_group }
  statistic           = "Sum"
  period              = 60
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = each.value.of
  datapoints_to_alarm = each.value.at_least
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.notify
  ok_actions          = local.notify
}

# A schedule that is switched off fails nowhere. The sweep writes a line each minute; jobs may hold it up for 15.
resource "aws_cloudwatch_metric_alarm" "silence" {
  for_each = setintersection(keys(var.services), ["automations"])

  alarm_name          = "${var.name}-work-silence"
  alarm_description   = "${each.key} has finished no task for 20 minutes: jobs wait, keys are not told."
  namespace           = local.namespace
  metric_name         = "duration_ms"
  dimensions          = { service = each.key }
  statistic           = "SampleCount"
  period              = 300
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 4
  datapoints_to_alarm = 4
  treat_missing_data  = "breaching"
  alarm_actions       = local.notify
  ok_actions          = local.notify
}
