# A dashboard a service and one for the whole. A widget is described by what it shows; its place follows from its order,
# three in a row. Dashboards, unlike alarms, may SEARCH.

locals {
  stage_path = ["ApiName", var.api.name, "Stage", var.api.stage]

  request_widgets = {
    for service in keys(local.reached) : service => [
      {
        title = "Requests and their errors"
        metrics = [
          [local.namespace, "http_5xx", "service", service, { stat = "SampleCount", label = "requests" }],
          [local.namespace, "http_4xx", "service", service, { stat = "Sum", label = "4xx" }],
          [local.namespace, "http_5xx", "service", service, { stat = "Sum", label = "5xx", color = "#d62728" }],
        ]
      },
      {
        title = "5xx by version"
        metrics = [[{
          expression = "SEARCH('{${local.namespace},service,function_version} MetricName=\"http_5xx\" service=\"${service}\"', 'Sum')"
          label      = "$${PROP('Dim.function_version')}"
        }]]
      },
      {
        title = "Duration of requests in ms"
        line  = { label = "alarm", value = var.thresholds.latency_ms }
        metrics = [
          for stat in ["p50", "p90", "p99"] :
          [local.namespace, "duration_ms", "service", service, { stat = stat, label = stat }]
        ]
      },
      {
        title   = "Cold starts"
        metrics = [[local.namespace, "cold_start", "service", service, { stat = "Sum", label = "cold starts" }]]
      },
    ]
  }

  # Of a worker's own metrics, whichever it writes.
  worker_widgets = {
    for service in local.workers : service => [{
      title = "What it has done"
      metrics = [[{
        expression = "SEARCH('{${local.namespace},service} service=\"${service}\"', 'Sum')"
        label      = "$${PROP('MetricName')}"
      }]]
    }]
  }

  function_widgets = {
    for service, one in local.services : service => [
      {
        title = "Crashes, time-outs and throttles"
        metrics = [
          for metric in ["Errors", "Throttles"] :
          ["AWS/Lambda", metric, "FunctionName", one.function_name, "Resource", one.alias.Resource, { stat = "Sum" }]
        ]
      },
      {
        title = "Duration of invocations in ms, 99th percentile"
        line  = { label = "time-out", value = 1000 * one.timeout_seconds }
        metrics = [
          ["AWS/Lambda", "Duration", "FunctionName", one.function_name, "Resource", one.alias.Resource, { stat = "p99" }],
        ]
      },
      {
        title   = "Executions at once"
        line    = one.reserved_concurrency == null ? null : { label = "reserved", value = one.reserved_concurrency }
        metrics = [["AWS/Lambda", "ConcurrentExecutions", "FunctionName", one.function_name, { stat = "Maximum" }]]
      },
    ]
  }

  # What the log has beyond numbers: the slowest routes, or the last errors.
  questions = {
    for service, one in local.services : service => join(" | ", concat(
      ["SOURCE '${one.log_group_name}'"],
      one.kind == "worker" ? [
        "filter level in ['ERROR', 'WARNING']", "fields @timestamp, error, @message", "sort @timestamp desc",
        ] : [
        "filter ispresent(route)",
        "stats count() as requests, sum(http_5xx) as failed, pct(duration_ms, 99) as p99_ms by method, route",
        "sort p99_ms desc",
      ],
      ["limit 20"],
    ))
  }

  api_widgets = [
    {
      title = "Answers of the API"
      metrics = [
        for metric in ["Count", "4XXError", "5XXError"] :
        concat(["AWS/ApiGateway", metric], local.stage_path, [{ stat = "Sum" }])
      ]
    },
    {
      title = "Latency of the API in ms"
      line  = { label = "alarm", value = var.thresholds.latency_ms }
      metrics = [
        for stat in ["p50", "p99"] :
        concat(["AWS/ApiGateway", "Latency"], local.stage_path, [{ stat = stat, label = stat }])
      ]
    },
    {
      title = "Requests by service"
      metrics = [
        for service in keys(local.reached) :
        [local.namespace, "http_5xx", "service", service, { stat = "SampleCount", label = service }]
      ]
    },
    {
      title = "5xx by service"
      metrics = [
        for service in keys(local.reached) :
        [local.namespace, "http_5xx", "service", service, { stat = "Sum", label = service }]
      ]
    },
    {
      title = "Oldest message in s"
      metrics = [
        for one in values(var.queues) :
        ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", one.name, { stat = "Maximum", label = one.name }]
      ]
    },
    {
      title = "Dead letters"
      metrics = [
        for name in values(local.dead_letters) :
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name, { stat = "Maximum", label = name }]
      ]
    },
  ]

  database_widgets = [
    for name, one in local.levels : {
      title = "Database: ${one.metric}"
      metrics = [
        for title, dimensions in local.watched : concat(
          ["AWS/RDS", one.metric], flatten([for key, value in dimensions : [key, value]]),
          [{ stat = one.statistic, label = title }],
        ) if one.on == "all" || (one.on == "main") == (title == local.main)
      ]
    } if one.on != "replicas" || length(local.watched) > 1
  ]

  other_widgets = concat(
    [{
      title   = "Slow statements"
      metrics = [["${local.namespace}/Database", "${var.name}-slow-queries", { stat = "Sum" }]]
    }],
    [for acl in compact([var.web_acl_name]) : {
      title   = "Requests that the firewall blocks"
      metrics = [["AWS/WAFV2", "BlockedRequests", "WebACL", acl, "Region", local.region, "Rule", "ALL", { stat = "Sum" }]]
    }],
  )

  boards = merge(
    {
      for service in keys(local.services) : service => concat(
        try(local.request_widgets[service], local.worker_widgets[service]), local.function_widgets[service],
      )
    },
    { platform = concat(local.api_widgets, local.database_widgets, local.other_widgets) },
  )
  drawn = {
    for board, widgets in local.boards : board => [
      for index, one in widgets : {
        type   = "metric"
        x      = 8 * (index % 3)
        y      = 2 + 6 * floor(index / 3)
        width  = 8
        height = 6
        properties = merge(
          { title = one.title, region = local.region, metrics = one.metrics, period = 60, view = "timeSeries" },
          try(one.line, null) == null ? {} : { annotations = { horizontal = [one.line] } },
        )
      }
    ]
  }
}

resource "aws_cloudwatch_dashboard" "service" {
  for_each = local.services

  dashboard_name = "${var.name}-${each.value.title}"
  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type       = "alarm", x = 0, y = 0, width = 24, height = 2
        properties = { title = "Alarm", alarms = [aws_cloudwatch_composite_alarm.service[each.key].arn] }
      }],
      local.drawn[each.key],
      [{
        type       = "log", x = 0, y = 2 + 6 * ceil(length(local.drawn[each.key]) / 3), width = 24, height = 8
        properties = { title = "From the log", region = local.region, query = local.questions[each.key], view = "table" }
      }],
    )
  })
}

resource "aws_cloudwatch_dashboard" "platform" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type = "alarm", x = 0, y = 0, width = 24, height = 2
        properties = {
          title = "Alarms"
          alarms = concat(
            values(aws_cloudwatch_composite_alarm.service)[*].arn, values(aws_cloudwatch_composite_alarm.part)[*].arn,
          )
        }
      }],
      local.drawn["platform"],
    )
  })
}
