# What is deployed, and how the stage runs it. Logs need the account's role for API Gateway, which bootstrap/account makes.

locals {
  # Every value in quotes, since API Gateway writes - where there is none. error.messageString isn't here: it brings its
  # own quotes, but not to that -, and an unreadable Authorization header is repeated in it.
  access_log = {
    api_key_id          = "$context.identity.apiKeyId"
    authorize_error     = "$context.authorize.error"
    domain_name         = "$context.domainName"
    error_type          = "$context.error.responseType"
    extended_request_id = "$context.extendedRequestId"
    integration_error   = "$context.integrationErrorMessage"
    integration_latency = "$context.integrationLatency"
    integration_status  = "$context.integration.status"
    method              = "$context.httpMethod"
    protocol            = "$context.protocol"
    request_id          = "$context.requestId"
    request_time_epoch  = "$context.requestTimeEpoch"
    resource_path       = "$context.resourcePath"
    response_latency    = "$context.responseLatency"
    response_length     = "$context.responseLength"
    source_ip           = "$context.identity.sourceIp"
    stage               = "$context.stage"
    status              = "$context.status"
    trace_id            = "$context.xrayTraceId"
    user_arn            = "$context.identity.userArn"
    waf_response_code   = "$context.wafResponseCode"
  }
}

resource "aws_api_gateway_deployment" "main" {
  rest_api_id = aws_api_gateway_rest_api.main.id
  description = "Made by Terraform."

  # Everything of the API that holds only once it is deployed. The body has the routes, the assets, the resource policy
  # and the gateway responses.
  triggers = {
    redeploy = sha256(jsonencode([
      local.body,
      aws_api_gateway_rest_api.main.binary_media_types,
      aws_api_gateway_rest_api.main.api_key_source,
      aws_api_gateway_rest_api.main.disable_execute_api_endpoint,
      aws_api_gateway_rest_api.main.endpoint_configuration[0].types,
    ]))
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# API Gateway would make it by itself, to be kept for ever.
resource "aws_cloudwatch_log_group" "execution" {
  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.main.id}/${var.stage}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_api_gateway_stage" "main" {
  #checkov:skip=CKV_AWS_120: What one caller may read is no answer for the next: nothing is cached.
  #checkov:skip=CKV2_AWS_77: The firewall's known bad inputs, Log4j's among them, are a rule of their own in waf.tf.
  #checkov:skip=CKV2_AWS_4: Errors are logged; checkov asks for metrics by method too, which cost more than they tell (see settings).
  #checkov:skip=CKV2_AWS_51: A client certificate shows API Gateway to an HTTP server; these are Lambda functions.
  rest_api_id           = aws_api_gateway_rest_api.main.id
  deployment_id         = aws_api_gateway_deployment.main.id
  stage_name            = var.stage
  cache_cluster_enabled = false
  xray_tracing_enabled  = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = jsonencode(local.access_log)
  }
}

# The only one: a second one of the same path would undo this one with every apply.
resource "aws_api_gateway_method_settings" "all" {
  #checkov:skip=CKV_AWS_225: What one caller may read is no answer for the next: nothing is cached.
  #checkov:skip=CKV_AWS_308: Nothing is cached.
  rest_api_id = aws_api_gateway_rest_api.main.id
  stage_name  = aws_api_gateway_stage.main.stage_name
  method_path = "*/*"

  settings {
    # By method and path: some 200 paths with six metrics each, of which AWS charges for every one. What alarms read, the
    # API's and the stage's own, is there without; a service's own metrics and the access log tell the rest.
    metrics_enabled        = false
    logging_level          = "ERROR"
    data_trace_enabled     = false
    caching_enabled        = false
    throttling_rate_limit  = var.throttle.rate
    throttling_burst_limit = var.throttle.burst
  }

  depends_on = [aws_cloudwatch_log_group.execution]
}
