# One service as Skep has it: an image function behind a REST API, its role, log, key, secret, queue and bucket.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  name    = "example"
  account = data.aws_caller_identity.current.account_id
  region  = data.aws_region.current.region

  key_statements = [{
    Sid       = "Account"
    Effect    = "Allow"
    Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${local.account}:root" }
    Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
    Resource  = "*"
  }]

  integration = {
    type       = "aws_proxy"
    httpMethod = "POST"
    uri        = aws_lambda_alias.live.invoke_arn
  }

  paths = merge(
    { "/health" = { "x-amazon-apigateway-any-method" = { "x-amazon-apigateway-integration" = local.integration } } },
    {
      for path in var.api_key_paths : path => {
        "x-amazon-apigateway-any-method" = {
          security                          = [{ key = [] }]
          "x-amazon-apigateway-integration" = local.integration
        }
      }
    },
  )

  body = jsonencode({
    openapi    = "3.0.1"
    info       = { title = local.name, version = "1" }
    paths      = local.paths
    components = { securitySchemes = { key = { type = "apiKey", name = "x-api-key", in = "header" } } }
    "x-amazon-apigateway-gateway-responses" = {
      INVALID_API_KEY = {
        statusCode         = 403
        responseParameters = { "gatewayresponse.header.Content-Type" = "'application/problem+json'" }
        responseTemplates  = { "application/json" = jsonencode({ detail = "Send a valid API key." }) }
      }
    }
  })
}

resource "aws_kms_key" "main" {
  description             = local.name
  enable_key_rotation     = true
  deletion_window_in_days = 7
  policy                  = jsonencode({ Version = "2012-10-17", Statement = local.key_statements })
}

resource "aws_kms_alias" "main" {
  name          = "alias/${local.name}"
  target_key_id = aws_kms_key.main.key_id
}

resource "aws_iam_role" "function" {
  name                 = "${local.name}-function"
  permissions_boundary = "arn:aws:iam::${local.account}:policy/boundary"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  name = "function"
  role = aws_iam_role.function.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.function.arn}:*"
    }]
  })
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${local.name}"
  retention_in_days = 30
  kms_key_id        = aws_kms_key.main.arn
}

resource "aws_secretsmanager_secret" "password" {
  name                    = "${local.name}/password"
  kms_key_id              = aws_kms_key.main.arn
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "password" {
  secret_id                = aws_secretsmanager_secret.password.id
  secret_string_wo         = var.password
  secret_string_wo_version = var.password_version
}

resource "aws_lambda_function" "main" {
  function_name                  = local.name
  role                           = aws_iam_role.function.arn
  package_type                   = "Image"
  image_uri                      = "${local.account}.dkr.ecr.${local.region}.amazonaws.com/example@sha256:${sha256("1")}"
  architectures                  = ["x86_64"]
  memory_size                    = 512
  timeout                        = 25
  publish                        = true
  reserved_concurrent_executions = 5
  kms_key_arn                    = aws_kms_key.main.arn

  environment {
    variables = { GREETING = var.greeting, MINISTACK_LAMBDA_PROXY_URL = var.function_url }
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function.name
  }

  tracing_config {
    mode = "Active"
  }

  depends_on = [aws_iam_role_policy.function]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.main.function_name
  function_version = aws_lambda_function.main.version

  lifecycle {
    ignore_changes = [function_version, routing_config]
  }
}

resource "aws_lambda_permission" "api" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.main.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.main.execution_arn}/*/*/*"
}

resource "aws_api_gateway_rest_api" "main" {
  name               = local.name
  body               = local.body
  binary_media_types = ["image/png"]
  tags               = { "ms-custom-id" = "example0" }

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_deployment" "main" {
  rest_api_id = aws_api_gateway_rest_api.main.id
  triggers    = { body = sha256(local.body) }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "main" {
  rest_api_id          = aws_api_gateway_rest_api.main.id
  deployment_id        = aws_api_gateway_deployment.main.id
  stage_name           = "dev"
  xray_tracing_enabled = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.function.arn
    format          = jsonencode({ request_id = "$context.requestId" })
  }
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.main.id
  stage_name  = aws_api_gateway_stage.main.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    logging_level          = "ERROR"
    throttling_rate_limit  = 100.5
    throttling_burst_limit = 50
  }
}

resource "aws_api_gateway_usage_plan" "clients" {
  name = "${local.name}-clients"

  api_stages {
    api_id = aws_api_gateway_rest_api.main.id
    stage  = aws_api_gateway_stage.main.stage_name
  }

  throttle_settings {
    rate_limit  = 10
    burst_limit = 5
  }
}

resource "aws_sqs_queue" "dead" {
  name                      = "${local.name}-dead"
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue" "work" {
  name                       = "${local.name}-work"
  visibility_timeout_seconds = 5400
  kms_master_key_id          = aws_kms_key.main.arn
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 3 })
}

resource "aws_lambda_event_source_mapping" "work" {
  event_source_arn        = aws_sqs_queue.work.arn
  function_name           = aws_lambda_alias.live.arn
  batch_size              = 1
  function_response_types = ["ReportBatchItemFailures"]
}

resource "aws_s3_bucket" "files" {
  bucket        = "${local.name}-files"
  force_destroy = true
}

resource "aws_s3_bucket_lifecycle_configuration" "files" {
  bucket = aws_s3_bucket.files.id

  rule {
    id     = "short"
    status = "Enabled"
    filter {}

    expiration {
      days = 7
    }
  }
}
