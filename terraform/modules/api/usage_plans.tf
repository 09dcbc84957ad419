# How much a client may send. The keys are no business of Terraform's: the key sync puts them into these plans.

resource "aws_api_gateway_usage_plan" "main" {
  for_each = var.usage_plans

  name        = "${var.name}-${each.key}"
  description = "${each.value.rate} requests a second, ${each.value.burst} at once."

  api_stages {
    api_id = aws_api_gateway_rest_api.main.id
    stage  = aws_api_gateway_stage.main.stage_name
  }

  throttle_settings {
    rate_limit  = each.value.rate
    burst_limit = each.value.burst
  }

  dynamic "quota_settings" {
    for_each = each.value.quota[*]

    content {
      limit  = quota_settings.value
      period = each.value.period
    }
  }
}
