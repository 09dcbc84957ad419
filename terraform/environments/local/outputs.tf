output "assets_bucket" {
  description = "The bucket that the forms' files are put into."
  value       = module.platform.buckets.assets.name
}

output "functions" {
  description = "Service -> its function's name, alias and published version."
  value       = module.platform.functions
}

output "usage_plan_ids" {
  description = "Usage plan -> API Gateway's id."
  value       = module.platform.usage_plan_ids
}
