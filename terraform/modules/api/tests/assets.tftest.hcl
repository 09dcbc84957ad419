mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                     = "skep-test"
  stage                    = "test"
  routes                   = [{ path = "/", service = "forms", authorization = "session" }]
  functions                = { forms = { function_name = "skep-test-forms", alias_name = "live", alias_arn = "arn:forms:live", alias_invoke_arn = "arn:forms:live:invoke" } }
  gateway_file             = jsondecode(file("../../../services/gateway.json"))
  assets_bucket            = { name = "skep-test-assets", arn = "arn:aws:s3:::skep-test-assets" }
  kms_key_arn              = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  log_retention_days       = 30
  throttle                 = { rate = 100, burst = 200 }
  usage_plans              = { clients = { rate = 50, burst = 100 } }
  waf                      = false
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/skep-boundary"
}

run "a_file_comes_from_the_bucket_with_its_headers" {
  assert {
    condition     = toset(keys(jsondecode(aws_api_gateway_rest_api.main.body).paths["/assets/{file}"])) == toset(["get"])
    error_message = "Assets are read only."
  }
  assert {
    condition = {
      for name in ["type", "httpMethod", "uri", "credentials"] :
      name => jsondecode(aws_api_gateway_rest_api.main.body).paths["/assets/{file}"].get["x-amazon-apigateway-integration"][name]
      } == {
      type        = "aws"
      httpMethod  = "GET"
      uri         = "arn:aws:apigateway:eu-west-1:s3:path/skep-test-assets/{file}"
      credentials = aws_iam_role.assets[0].arn
    }
    error_message = "S3 is asked in the name of the role."
  }
  assert {
    condition = jsondecode(aws_api_gateway_rest_api.main.body).paths["/assets/{file}"].get["x-amazon-apigateway-integration"].responses["200"] == {
      statusCode = "200"
      responseParameters = {
        "method.response.header.Cache-Control"          = "'public, max-age=31536000, immutable'"
        "method.response.header.Content-Type"           = "integration.response.header.Content-Type"
        "method.response.header.ETag"                   = "integration.response.header.ETag"
        "method.response.header.X-Content-Type-Options" = "'nosniff'"
      }
      responseTemplates = {}
    }
    error_message = "Browsers are told the type, and to keep the file."
  }
}

run "a_file_that_is_not_there_is_a_problem_document" {
  assert {
    condition = {
      for pattern, response in jsondecode(aws_api_gateway_rest_api.main.body).paths["/assets/{file}"].get["x-amazon-apigateway-integration"].responses :
      pattern => response.statusCode
    } == { "200" = "200", "304" = "304", "40[34]" = "404", "default" = "502" }
    error_message = "S3 says 403 of a file that isn't there; whatever else it says is our failure."
  }
  assert {
    condition = alltrue([
      for type in ["application/json", "application/xml"] :
      jsondecode(jsondecode(aws_api_gateway_rest_api.main.body).paths["/assets/{file}"].get["x-amazon-apigateway-integration"].responses["40[34]"].responseTemplates[type]).code == "not_found"
    ])
    error_message = "The body is a problem document, not S3's XML."
  }
  assert {
    condition = alltrue([
      for response in values(jsondecode(aws_api_gateway_rest_api.main.body).paths["/assets/{file}"].get["x-amazon-apigateway-integration"].responses) :
      alltrue([
        for header in keys(response.responseParameters) :
        contains(
          keys(jsondecode(aws_api_gateway_rest_api.main.body).paths["/assets/{file}"].get.responses[response.statusCode].headers),
          trimprefix(header, "method.response.header."),
        )
      ])
    ])
    error_message = "API Gateway takes no header that the method doesn't declare."
  }
}

run "the_role_reads_files_of_this_bucket_and_no_more" {
  assert {
    condition = jsondecode(aws_iam_role_policy.assets[0].policy).Statement[*].Action == ["s3:GetObject", "kms:Decrypt"] && (
      jsondecode(aws_iam_role_policy.assets[0].policy).Statement[*].Resource == ["arn:aws:s3:::skep-test-assets/*", var.kms_key_arn]
    )
    error_message = "One action on the bucket's files, and the key through S3."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.assets[0].policy).Statement[1].Condition.StringEquals["kms:ViaService"] == "s3.eu-west-1.amazonaws.com"
    error_message = "The key is used through S3 alone."
  }
  assert {
    condition     = aws_iam_role.assets[0].permissions_boundary == var.permissions_boundary_arn
    error_message = "Every role has the boundary."
  }
  assert {
    condition     = jsondecode(aws_iam_role.assets[0].assume_role_policy).Statement[0].Principal == { Service = "apigateway.amazonaws.com" }
    error_message = "API Gateway alone takes the role."
  }
}

run "an_emulators_bucket_is_asked_over_http" {
  variables {
    assets_endpoint = "http://127.0.0.1:4566"
  }
  assert {
    condition = jsondecode(aws_api_gateway_rest_api.main.body).paths["/assets/{file}"].get["x-amazon-apigateway-integration"] == {
      type                = "http_proxy"
      httpMethod          = "GET"
      uri                 = "http://127.0.0.1:4566/skep-test-assets/{file}"
      passthroughBehavior = "when_no_match"
      requestParameters   = { "integration.request.path.file" = "method.request.path.file" }
    }
    error_message = "The bucket is asked at the endpoint."
  }
  assert {
    condition     = length(aws_iam_role.assets) == 0 && length(aws_iam_role_policy.assets) == 0
    error_message = "No role is needed then."
  }
}
