mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name   = "skep-test"
  stage  = "test"
  routes = jsondecode(file("../../../services/routes.json"))
  functions = {
    for service in ["accounts", "customers", "forms", "reports", "sales", "workspace"] : service => {
      function_name    = "skep-test-${service}"
      alias_name       = "live"
      alias_arn        = "arn:aws:lambda:eu-west-1:111111111111:function:skep-test-${service}:live"
      alias_invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/skep-test-${service}:live/invocations"
    }
  }
  gateway_file             = jsondecode(file("../../../services/gateway.json"))
  assets_bucket            = { name = "skep-test-assets", arn = "arn:aws:s3:::skep-test-assets" }
  kms_key_arn              = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  log_retention_days       = 30
  throttle                 = { rate = 100, burst = 200 }
  usage_plans              = { clients = { rate = 50, burst = 100 } }
  waf                      = false
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/skep-boundary"
}

run "api_gateway_may_invoke_each_service_for_its_own_paths" {
  assert {
    condition = toset([
      for permission in aws_lambda_permission.routes : trimprefix(permission.source_arn, "${output.execution_arn}/test/*")
      if permission.function_name == "skep-test-customers"
      ]) == toset([
      "/iam/v1/contacts*", "/iam/v1/countries*", "/iam/v1/customers*", "/iam/v1/sectors*",
      "/v1/contacts*", "/v1/countries*", "/v1/customers*", "/v1/sectors*",
    ])
    error_message = "One prefix a table and mount."
  }
  assert {
    condition = length(setsubtract(
      ["/v1/*/export*", "/v1/*/import*", "/v1/files*", "/v1/health*", "/iam/v1/*/export*", "/iam/v1/*/import*"],
      [
        for permission in aws_lambda_permission.routes : trimprefix(permission.source_arn, "${output.execution_arn}/test/*")
        if permission.function_name == "skep-test-workspace"
      ],
    )) == 0
    error_message = "Where every table has the same end, one prefix stands for all."
  }
  assert {
    condition = contains([
      for permission in aws_lambda_permission.routes : trimprefix(permission.source_arn, "${output.execution_arn}/test/*")
      if permission.function_name == "skep-test-forms"
    ], "/")
    error_message = "The root is itself and nothing more."
  }
}

run "every_route_has_its_permission" {
  assert {
    condition = alltrue([
      for route in var.routes : anytrue([
        for permission in aws_lambda_permission.routes :
        permission.function_name == "skep-test-${route.service}" && can(regex(
          # As IAM matches: * is any text. Parameters stand as * in what API Gateway asks by.
          "^${replace(replace(permission.source_arn, ".", "[.]"), "*", ".*")}$",
          "${output.execution_arn}/test/GET${replace(route.path, "/{[^}]+}/", "*")}",
        ))
      ])
    ])
    error_message = "A route without a permission answers 500."
  }
}

run "no_service_may_be_invoked_for_everything" {
  assert {
    condition = alltrue([
      for permission in aws_lambda_permission.routes :
      !contains(["/*", "/v1*", "/v1/*", "/iam*", "/iam/v1*", "/iam/v1/*"], trimprefix(permission.source_arn, "${output.execution_arn}/test/*"))
    ])
    error_message = "A prefix is narrower than a mount."
  }
}

run "permissions_are_the_aliass" {
  assert {
    condition = alltrue([
      for permission in aws_lambda_permission.routes :
      permission.qualifier == "live" && permission.principal == "apigateway.amazonaws.com" && permission.action == "lambda:InvokeFunction"
    ])
    error_message = "Without the qualifier API Gateway gets no further than the function."
  }
  assert {
    condition = alltrue([
      for service in distinct(var.routes[*].service) :
      length(distinct([
        for permission in aws_lambda_permission.routes : permission.statement_id if permission.function_name == "skep-test-${service}"
        ])) == length([
        for permission in aws_lambda_permission.routes : 1 if permission.function_name == "skep-test-${service}"
      ])
    ])
    error_message = "A statement's id is its own."
  }
  assert {
    condition     = alltrue([for permission in aws_lambda_permission.routes : can(regex("^[A-Za-z0-9_-]{1,100}$", permission.statement_id))])
    error_message = "Lambda takes no other ids."
  }
}

run "a_functions_policy_has_room_for_all" {
  assert {
    condition = alltrue([
      for service in distinct(var.routes[*].service) :
      sum([
        for permission in aws_lambda_permission.routes : length(jsonencode({
          Sid       = permission.statement_id
          Effect    = "Allow"
          Principal = { Service = permission.principal }
          Action    = permission.action
          Resource  = "arn:aws:lambda:ap-southeast-1:111111111111:function:skep-production-workspace:live"
          Condition = { ArnLike = { "AWS:SourceArn" = permission.source_arn } }
        })) if permission.function_name == "skep-test-${service}"
      ]) < 20480
    ])
    error_message = "Lambda takes 20 KB of statements."
  }
}
