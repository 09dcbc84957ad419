output "alarm_names" {
  description = "All alarms, for the promotion to watch."
  value       = module.platform.alarm_names
}

output "api_id" {
  description = "API Gateway's id of the REST API."
  value       = module.platform.api_id
}

output "buckets" {
  description = "files and assets: {name, arn}."
  value       = module.platform.buckets
}

output "composite_alarm_arns" {
  description = "The alarms that a promotion reads: by service, and of api, database, work and the whole platform."
  value       = module.platform.composite_alarm_arns
}

output "dashboard_names" {
  description = "CloudWatch's dashboards: one a service, one for all."
  value       = module.platform.dashboard_names
}

output "database" {
  description = "Where the database is. Its roles come in by token, and nobody by a password but for its making."
  value       = module.platform.database
}

output "functions" {
  description = "Service -> its function and alias, and the version that this release published: what a promotion moves."
  value       = module.platform.functions
}

output "queues" {
  description = "work and keys: {url, arn, name, dead_name, dead_arn}."
  value       = module.platform.queues
}

output "release" {
  description = "The release that was applied last: {name, revision}. Another one may be live."
  value       = var.release
}

output "rollout" {
  description = "How a promotion moves the aliases: canary or at_once."
  value       = module.platform.rollout
}

output "topic_arn" {
  description = "The topic that alarms are told to."
  value       = module.platform.topic_arn
}

output "url" {
  description = "Where the API answers."
  value       = module.platform.url
}

output "usage_plan_ids" {
  description = "Usage plan -> API Gateway's id."
  value       = module.platform.usage_plan_ids
}
