output "alarm_names" {
  description = "All alarms, for the promotion to watch."
  value       = module.observability.alarm_names
}

output "api_id" {
  description = "API Gateway's id of the REST API."
  value       = module.api.api_id
}

output "buckets" {
  description = "files and assets: {name, arn}."
  value = {
    assets = { name = module.work.assets_bucket.name, arn = module.work.assets_bucket.arn }
    files  = { name = module.work.files_bucket.name, arn = module.work.files_bucket.arn }
  }
}

output "composite_alarm_arns" {
  description = "The alarms that a promotion reads: by service, and of api, database, work and the whole platform."
  value       = module.observability.composite_alarm_arns
}

output "dashboard_names" {
  description = "CloudWatch's dashboards: one a service, one for all."
  value       = module.observability.dashboard_names
}

output "database" {
  description = "Where the database is. Its roles come in by token, and nobody by a password but for its making."
  value = {
    address           = module.database.address
    direct_address    = module.database.direct_address
    master_secret_arn = module.database.master_secret_arn
    name              = module.database.name
    port              = module.database.port
    read_address      = module.database.read_address
  }
}

output "functions" {
  description = "Service -> its function and alias, and the version that this release published: what a promotion moves."
  value = {
    for service, function in local.functions : service => {
      alias_arn     = function.alias_arn
      alias_name    = function.alias_name
      function_name = function.function_name
      version       = function.version
    }
  }
}

output "queues" {
  description = "work and keys: {url, arn, name, dead_name, dead_arn}."
  value       = module.work.queues
}

output "rollout" {
  description = "How a promotion moves the aliases: canary or at_once."
  value       = var.rollout
}

output "topic_arn" {
  description = "The topic that alarms are told to."
  value       = module.observability.topic_arn
}

output "url" {
  description = "Where the API answers."
  value       = module.api.url
}

output "usage_plan_ids" {
  description = "Usage plan -> API Gateway's id."
  value       = module.api.usage_plan_ids
}
