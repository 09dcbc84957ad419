output "buckets" {
  description = "files and assets: {name, arn}."
  value       = module.platform.buckets
}

output "functions" {
  description = "Service -> its function's name, alias and published version."
  value       = module.platform.functions
}

output "release" {
  description = "The release that was applied last: {name, revision}. Another one may be live."
  value       = var.release
}

output "usage_plan_ids" {
  description = "Usage plan -> API Gateway's id."
  value       = module.platform.usage_plan_ids
}
