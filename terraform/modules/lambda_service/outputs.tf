output "alias_arn" {
  description = "ARN of the alias: what a schedule or a queue calls."
  value       = aws_lambda_alias.live.arn
}

output "alias_invoke_arn" {
  description = "What an integration of API Gateway calls."
  value       = aws_lambda_alias.live.invoke_arn
}

output "alias_name" {
  description = "The alias that all callers name."
  value       = aws_lambda_alias.live.name
}

output "function_arn" {
  description = "ARN of the function, without a version."
  value       = aws_lambda_function.this.arn
}

output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "log_group_name" {
  description = "Where the function logs."
  value       = aws_cloudwatch_log_group.this.name
}

output "reserved_concurrency" {
  description = "The most that run at once."
  value       = aws_lambda_function.this.reserved_concurrent_executions
}

output "role_arn" {
  description = "ARN of the function's role."
  value       = aws_iam_role.this.arn
}

output "role_name" {
  description = "Name of the function's role, for whoever has a right to add."
  value       = aws_iam_role.this.name
}

output "version" {
  description = "The version that the last apply published. The alias may point at an older one."
  value       = aws_lambda_function.this.version
}
