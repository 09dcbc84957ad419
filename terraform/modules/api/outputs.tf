output "access_log_group_name" {
  description = "The log group with a line a request."
  value       = aws_cloudwatch_log_group.access.name
}

output "api_id" {
  description = "The REST API's id."
  value       = aws_api_gateway_rest_api.main.id
}

output "api_name" {
  description = "The REST API's name, as metrics have it."
  value       = aws_api_gateway_rest_api.main.name
}

output "deployment_hash" {
  description = "The hash of what is deployed: another one is another deployment."
  value       = aws_api_gateway_deployment.main.triggers.redeploy
}

output "execution_arn" {
  description = "What the ARNs of the API's methods begin with."
  value       = aws_api_gateway_rest_api.main.execution_arn
}

output "stage_arn" {
  description = "The stage's ARN."
  value       = aws_api_gateway_stage.main.arn
}

output "stage_name" {
  description = "The stage's name, as metrics have it."
  value       = aws_api_gateway_stage.main.stage_name
}

output "url" {
  description = "Where the API answers: at its own name, or at API Gateway's address of the stage."
  value       = var.domain == null ? aws_api_gateway_stage.main.invoke_url : "https://${var.domain.name}"
}

output "usage_plan_ids" {
  description = "Usage plan -> its id."
  value       = { for name, plan in aws_api_gateway_usage_plan.main : name => plan.id }
}

output "web_acl_arn" {
  description = "The firewall's ARN; null without one."
  value       = one(aws_wafv2_web_acl.main[*].arn)
}

output "web_acl_name" {
  description = "The firewall's name, as metrics have it; null without one."
  value       = one(aws_wafv2_web_acl.main[*].name)
}
