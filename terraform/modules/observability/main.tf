# Names and dimensions that the other files share. What the code writes stands in services/shared/metrics.py: REQUEST by
# every service that requests reach, TASK by automations; key_sync's own in its events.py.
#
# How missing data counts, alarm by alarm:
# - notBreaching, where a metric exists only when something happens: no requests, no errors.
# - breaching, where silence is the news: the database's CPU, a replica's lag, the sweep that runs each minute.
# - ignore, where the last value holds until the next: missing keys, and levels that a dead database stops telling.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  namespace  = "Skep"
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.region

  services = {
    for service, one in var.services : service => merge(one, {
      title = replace(service, "_", "-")
      alias = { FunctionName = one.function_name, Resource = "${one.function_name}:${one.alias_name}" }
    })
  }
  workers = [for service, one in local.services : service if one.kind == "worker"]
  reached = { for service, one in local.services : service => one if one.kind != "worker" }

  stage = { ApiName = var.api.name, Stage = var.api.stage }

  schedule_group = coalesce(var.schedule_group, var.name)

  # A service has one notice for all its symptoms, from its composite alarm. The other alarms each ask for an act of
  # their own, so each has its own notice: the second must not stay silent because the first is still there.
  notify = [aws_sns_topic.alarms.arn]
}
