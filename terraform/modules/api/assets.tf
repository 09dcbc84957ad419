# /assets/{file}: files whose names hold their hash, out of the bucket and past every function.

locals {
  problem = {
    missing = jsonencode(var.gateway_file.responses["MISSING_AUTHENTICATION_TOKEN"].body)
    failed  = jsonencode(var.gateway_file.responses["INTEGRATION_FAILURE"].body)
  }

  assets_parameters = [
    { name = "file", in = "path", required = true, schema = { type = "string" } },
    { name = "If-None-Match", in = "header", required = false, schema = { type = "string" } },
  ]
  assets_headers = {
    "Cache-Control"          = "'public, max-age=31536000, immutable'"
    "Content-Type"           = "integration.response.header.Content-Type"
    "ETag"                   = "integration.response.header.ETag"
    "X-Content-Type-Options" = "'nosniff'"
  }
  problem_headers = { "Content-Type" = local.problem_type, "X-Content-Type-Options" = "'nosniff'" }

  # The key is S3's status as a pattern. A file that isn't there is 403 to a role that may not list the bucket.
  assets_responses = {
    "200"     = { status = "200", headers = local.assets_headers, templates = {} }
    "304"     = { status = "304", headers = local.assets_headers, templates = {} }
    "40[34]"  = { status = "404", headers = local.problem_headers, templates = { problem = local.problem.missing } }
    "default" = { status = "502", headers = local.problem_headers, templates = { problem = local.problem.failed } }
  }

  assets_integration = var.assets_endpoint == null ? jsonencode({
    type                = "aws"
    httpMethod          = "GET"
    uri                 = "arn:aws:apigateway:${data.aws_region.current.region}:s3:path/${var.assets_bucket.name}/{file}"
    credentials         = one(aws_iam_role.assets[*].arn)
    passthroughBehavior = "when_no_match"
    requestParameters = {
      "integration.request.path.file"            = "method.request.path.file"
      "integration.request.header.If-None-Match" = "method.request.header.If-None-Match"
    }
    responses = {
      for pattern, response in local.assets_responses : pattern => {
        statusCode         = response.status
        responseParameters = { for name, value in response.headers : "method.response.header.${name}" => value }
        # S3 tells of errors in XML, and a template is chosen by the type that it answers in.
        responseTemplates = merge([
          for body in values(response.templates) : { "application/json" = body, "application/xml" = body }
        ]...)
      }
    }
    }) : jsonencode({
    type                = "http_proxy"
    httpMethod          = "GET"
    uri                 = "${coalesce(var.assets_endpoint, "-")}/${var.assets_bucket.name}/{file}"
    passthroughBehavior = "when_no_match"
    requestParameters   = { "integration.request.path.file" = "method.request.path.file" }
  })

  assets = {
    "/assets/{file}" = {
      get = {
        security   = []
        parameters = local.assets_parameters
        responses = {
          for response in values(local.assets_responses) : response.status => {
            description = response.status
            headers     = { for name in keys(response.headers) : name => { schema = { type = "string" } } }
          }
        }
        "x-amazon-apigateway-integration" = jsondecode(local.assets_integration)
      }
    }
  }
}

resource "aws_iam_role" "assets" {
  count = var.assets_endpoint == null ? 1 : 0

  name                 = "${var.name}-assets"
  description          = "API Gateway reads the files of /assets."
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "assets" {
  count = var.assets_endpoint == null ? 1 : 0

  name = "assets"
  role = one(aws_iam_role.assets[*].name)
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadAssets"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "${var.assets_bucket.arn}/*"
      },
      {
        Sid       = "DecryptAssets"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.kms_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${data.aws_region.current.region}.amazonaws.com" } }
      },
    ]
  })
}
