output "url" {
  description = "The stage, as the emulator serves it"
  value       = "${var.endpoint}/_aws/execute-api/${aws_api_gateway_rest_api.main.id}/${aws_api_gateway_stage.main.stage_name}"
}

output "usage_plan_id" {
  description = "What a client's key goes into"
  value       = aws_api_gateway_usage_plan.clients.id
}

output "version" {
  description = "The function's newest version"
  value       = aws_lambda_function.main.version
}
