# The API as one OpenAPI document: the routes of routes.json, the assets, what API Gateway says by itself, who may call.

data "aws_region" "current" {}

locals {
  # What API Gateway itself checks. Sessions and the signatures of another protocol are the service's own to verify.
  security = {
    api_key         = [{ api_key = [] }]
    iam             = [{ sigv4 = [] }]
    session         = []
    honeycode_sigv4 = []
    public          = []
  }

  security_schemes = {
    api_key = { type = "apiKey", name = "x-api-key", in = "header" }
    sigv4 = {
      type                           = "apiKey"
      name                           = "Authorization"
      in                             = "header"
      "x-amazon-apigateway-authtype" = "awsSigv4"
    }
  }

  # One method ANY a path: the service answers 405 with Allow, which API Gateway doesn't.
  routes = {
    for route in var.routes : route.path => {
      "x-amazon-apigateway-any-method" = {
        security = local.security[route.authorization]
        parameters = [
          for name in flatten(regexall("{([a-z_]+)[+]?}", route.path)) :
          { name = name, in = "path", required = true, schema = { type = "string" } }
        ]
        "x-amazon-apigateway-integration" = {
          type                = "aws_proxy"
          httpMethod          = "POST"
          uri                 = var.functions[route.service].alias_invoke_arn
          passthroughBehavior = "when_no_match"
          timeoutInMillis     = 29000
        }
      }
    }
  }

  gateway_responses = {
    for kind, response in var.gateway_file.responses : kind => {
      statusCode         = response.status
      responseParameters = { "gatewayresponse.header.Content-Type" = local.problem_type }
      responseTemplates  = { "application/json" = jsonencode(response.body) }
    }
  }
  problem_type = "'application/problem+json'"

  body = jsonencode({
    openapi    = "3.0.1"
    info       = { title = var.name, version = "1" }
    paths      = merge(local.routes, local.assets)
    components = { securitySchemes = local.security_schemes }

    "x-amazon-apigateway-gateway-responses" = local.gateway_responses
    "x-amazon-apigateway-policy"            = local.resource_policy
  })

  # API Gateway says which paths are resources of their own: every one and all that stand above it.
  nodes = distinct(flatten([
    for path in concat(keys(local.routes), keys(local.assets)) : [
      for last in range(length(split("/", trimsuffix(path, "/")))) :
      join("/", slice(split("/", trimsuffix(path, "/")), 0, last + 1))
    ]
  ]))
}

resource "aws_api_gateway_rest_api" "main" {
  name                         = var.name
  description                  = "Skep: the REST API, the forms and their assets."
  body                         = local.body
  binary_media_types           = var.gateway_file.binary_media_types
  api_key_source               = "HEADER"
  disable_execute_api_endpoint = var.domain != null
  tags                         = var.tags

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = length(local.nodes) <= 300
      error_message = "The routes make ${length(local.nodes)} resources; API Gateway takes 300 an API. Take fewer paths, or ask AWS for a higher quota first."
    }
  }
}
