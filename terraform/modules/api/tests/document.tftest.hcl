mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name  = "skep-test"
  stage = "test"
  routes = [
    { path = "/", service = "forms", authorization = "session" },
    { path = "/sign-in", service = "forms", authorization = "public" },
    { path = "/tables/{table}/{record_id}", service = "forms", authorization = "session" },
    { path = "/v1/customers", service = "customers", authorization = "api_key" },
    { path = "/v1/customers/export", service = "workspace", authorization = "api_key" },
    { path = "/v1/customers/{record_id}", service = "customers", authorization = "api_key" },
    { path = "/v1/pages/{rest+}", service = "customers", authorization = "api_key" },
    { path = "/iam/v1/customers", service = "customers", authorization = "iam" },
  ]
  functions = {
    for service in ["customers", "forms", "workspace"] : service => {
      function_name    = "skep-test-${service}"
      alias_name       = "live"
      alias_arn        = "arn:aws:lambda:eu-west-1:111111111111:function:skep-test-${service}:live"
      alias_invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111111111111:function:skep-test-${service}:live/invocations"
    }
  }
  gateway_file             = jsondecode(file("../../../services/gateway.json"))
  assets_bucket            = { name = "skep-test-assets", arn = "arn:aws:s3:::skep-test-assets" }
  kms_key_arn              = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  log_retention_days       = 30
  throttle                 = { rate = 100, burst = 200 }
  usage_plans              = { clients = { rate = 50, burst = 100 } }
  iam_caller_arns          = ["arn:aws:iam::111111111111:role/reader", "arn:aws:iam::222222222222:role/partner"]
  waf                      = false
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/skep-boundary"
}

run "every_path_is_one_resource_with_method_any" {
  assert {
    condition = toset(keys(jsondecode(aws_api_gateway_rest_api.main.body).paths)) == toset(
      concat(var.routes[*].path, ["/assets/{file}"])
    )
    error_message = "The document has the routes and the assets."
  }
  assert {
    condition = alltrue([
      for path in var.routes[*].path :
      toset(keys(jsondecode(aws_api_gateway_rest_api.main.body).paths[path])) == toset(["x-amazon-apigateway-any-method"])
    ])
    error_message = "A route is answered for every method."
  }
}

run "a_request_goes_to_the_alias_of_its_service" {
  assert {
    condition = jsondecode(aws_api_gateway_rest_api.main.body).paths["/v1/customers/export"]["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"] == {
      type                = "aws_proxy"
      httpMethod          = "POST"
      uri                 = var.functions["workspace"].alias_invoke_arn
      passthroughBehavior = "when_no_match"
      timeoutInMillis     = 29000
    }
    error_message = "The integration is a proxy to the alias."
  }
}

run "callers_show_a_key_a_signature_or_nothing" {
  assert {
    condition = {
      for path in ["/", "/sign-in", "/v1/customers", "/iam/v1/customers"] :
      path => jsonencode(jsondecode(aws_api_gateway_rest_api.main.body).paths[path]["x-amazon-apigateway-any-method"].security)
      } == {
      "/"                 = "[]"
      "/sign-in"          = "[]"
      "/v1/customers"     = "[{\"api_key\":[]}]"
      "/iam/v1/customers" = "[{\"sigv4\":[]}]"
    }
    error_message = "The security of a path is that of its mount."
  }
  assert {
    condition = jsondecode(aws_api_gateway_rest_api.main.body).components.securitySchemes == {
      api_key = { type = "apiKey", name = "x-api-key", in = "header" }
      sigv4   = { type = "apiKey", name = "Authorization", in = "header", "x-amazon-apigateway-authtype" = "awsSigv4" }
    }
    error_message = "Keys come in x-api-key, signatures are AWS's."
  }
  assert {
    condition     = aws_api_gateway_rest_api.main.api_key_source == "HEADER"
    error_message = "Keys come in a header."
  }
}

run "parameters_of_a_path_are_declared" {
  assert {
    condition = {
      for path in ["/v1/customers", "/tables/{table}/{record_id}", "/v1/pages/{rest+}"] :
      path => jsondecode(aws_api_gateway_rest_api.main.body).paths[path]["x-amazon-apigateway-any-method"].parameters[*].name
      } == {
      "/v1/customers"               = []
      "/tables/{table}/{record_id}" = ["table", "record_id"]
      "/v1/pages/{rest+}"           = ["rest"]
    }
    error_message = "Each {parameter} is declared by its name."
  }
}

run "api_gateway_answers_in_problem_documents" {
  assert {
    condition = jsondecode(aws_api_gateway_rest_api.main.body)["x-amazon-apigateway-gateway-responses"]["MISSING_AUTHENTICATION_TOKEN"] == {
      statusCode         = "404"
      responseParameters = { "gatewayresponse.header.Content-Type" = "'application/problem+json'" }
      responseTemplates = {
        "application/json" = jsonencode({
          type       = "about:blank"
          title      = "Not Found"
          status     = 404
          code       = "not_found"
          detail     = "There is nothing at this address."
          request_id = "$context.requestId"
        })
      }
    }
    error_message = "A path that isn't there is a problem document with 404."
  }
  assert {
    condition = toset(keys(jsondecode(aws_api_gateway_rest_api.main.body)["x-amazon-apigateway-gateway-responses"])) == toset(
      keys(var.gateway_file.responses)
    )
    error_message = "Every response of the file is in the document."
  }
  assert {
    condition     = toset(aws_api_gateway_rest_api.main.binary_media_types) == toset(var.gateway_file.binary_media_types)
    error_message = "Binary types are those of the file."
  }
}

run "the_document_has_only_what_is_said_of_it" {
  assert {
    condition = toset(keys(jsondecode(aws_api_gateway_rest_api.main.body))) == toset([
      "components", "info", "openapi", "paths", "x-amazon-apigateway-gateway-responses", "x-amazon-apigateway-policy",
    ])
    error_message = "Nothing else is in the document."
  }
}

run "the_api_is_regional" {
  assert {
    condition     = aws_api_gateway_rest_api.main.endpoint_configuration[0].types == tolist(["REGIONAL"])
    error_message = "The API stands in its region."
  }
}

run "roles_that_are_named_may_call_below_iam_and_all_may_call_the_rest" {
  assert {
    condition = jsondecode(aws_api_gateway_rest_api.main.body)["x-amazon-apigateway-policy"].Statement[0] == {
      Sid       = "Everybody"
      Effect    = "Allow"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Resource  = "execute-api:/*"
    }
    error_message = "Without this one, no path without a signature would answer."
  }
  assert {
    condition = jsondecode(aws_api_gateway_rest_api.main.body)["x-amazon-apigateway-policy"].Statement[1] == {
      Sid       = "NobodyElseByRole"
      Effect    = "Deny"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Resource  = "execute-api:/*/*/iam/v1/*"
      Condition = {
        ArnNotEquals = {
          "aws:PrincipalArn" = ["arn:aws:iam::111111111111:role/reader", "arn:aws:iam::222222222222:role/partner"]
        }
      }
    }
    error_message = "Only the named roles get below /iam/v1."
  }
}

run "nobody_may_call_below_iam_if_no_role_is_named" {
  variables {
    iam_caller_arns = []
  }
  assert {
    condition = jsondecode(aws_api_gateway_rest_api.main.body)["x-amazon-apigateway-policy"].Statement[1] == {
      Sid       = "NobodyElseByRole"
      Effect    = "Deny"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Resource  = "execute-api:/*/*/iam/v1/*"
    }
    error_message = "The Deny is without a condition: an empty list in one would be none at all."
  }
}
