resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "What callers name. The promotion tool moves it."
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version

  lifecycle {
    # An apply publishes a version and leaves callers where they are; with this gone it would skip the canary, and a
    # later apply would undo a promotion or a rollback.
    ignore_changes = [function_version, routing_config]
  }
}

# Lambda takes no weights on an alias that has this, so a promotion of such a service moves it at once.
resource "aws_lambda_provisioned_concurrency_config" "live" {
  count = var.provisioned_concurrency > 0 ? 1 : 0

  function_name                     = aws_lambda_function.this.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = var.provisioned_concurrency
}

# For calls that nobody waits for: EventBridge Scheduler's. Lambda's own ways would be two more tries and six hours.
resource "aws_lambda_function_event_invoke_config" "live" {
  count = var.kind == "worker" ? 1 : 0

  function_name                = aws_lambda_function.this.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_retry_attempts       = var.asynchronous.retries
  maximum_event_age_in_seconds = var.asynchronous.max_age_seconds

  dynamic "destination_config" {
    for_each = var.asynchronous.failure_queue_arn == null ? [] : [var.asynchronous.failure_queue_arn]

    content {
      on_failure {
        destination = destination_config.value
      }
    }
  }

  # Lambda tries whether it may write to the destination.
  depends_on = [aws_iam_role_policy.this]
}
