mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name   = "skep-test"
  stage  = "test"
  routes = [{ path = "/", service = "forms", authorization = "session" }]
  functions = {
    for service in ["forms", "sales"] : service => {
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

run "a_service_without_a_function_is_refused" {
  command = plan
  variables {
    routes = [{ path = "/v1/reports", service = "reports", authorization = "api_key" }]
  }
  expect_failures = [var.functions]
}

run "an_unknown_authorization_is_refused" {
  command = plan
  variables {
    routes = [{ path = "/v1/sales", service = "sales", authorization = "password" }]
  }
  expect_failures = [var.routes]
}

run "a_path_twice_is_refused" {
  command = plan
  variables {
    routes = [
      { path = "/v1/sales", service = "sales", authorization = "api_key" },
      { path = "/v1/sales", service = "forms", authorization = "session" },
    ]
  }
  expect_failures = [var.routes]
}

run "no_routes_at_all_are_refused" {
  command = plan
  variables {
    routes = []
  }
  expect_failures = [var.routes]
}

run "a_path_that_api_gateway_does_not_know_is_refused" {
  command = plan
  variables {
    routes = [{ path = "/v1/sales/<id>", service = "sales", authorization = "api_key" }]
  }
  expect_failures = [var.routes]
}

run "something_behind_the_rest_is_refused" {
  command = plan
  variables {
    routes = [{ path = "/v1/{rest+}/more", service = "sales", authorization = "api_key" }]
  }
  expect_failures = [var.routes]
}

run "a_key_below_iam_is_refused" {
  command = plan
  variables {
    routes = [{ path = "/iam/v1/sales", service = "sales", authorization = "api_key" }]
  }
  expect_failures = [var.routes]
}

run "a_role_elsewhere_is_refused" {
  command = plan
  variables {
    routes = [{ path = "/v1/sales", service = "sales", authorization = "iam" }]
  }
  expect_failures = [var.routes]
}

run "a_service_at_the_assets_is_refused" {
  command = plan
  variables {
    routes = [{ path = "/assets/{name}", service = "forms", authorization = "session" }]
  }
  expect_failures = [var.routes]
}

run "more_resources_than_api_gateway_takes_are_refused" {
  command = plan
  variables {
    routes = [for number in range(298) : { path = "/v1/r${number}", service = "sales", authorization = "api_key" }]
  }
  expect_failures = [aws_api_gateway_rest_api.main]
}

run "more_prefixes_than_a_policy_holds_are_refused" {
  command = plan
  variables {
    routes = [for number in range(46) : { path = "/v1/r${number}x", service = "sales", authorization = "api_key" }]
  }
  expect_failures = [aws_lambda_permission.routes]
}

run "every_type_as_binary_is_refused" {
  command = plan
  variables {
    gateway_file = merge(jsondecode(file("../../../services/gateway.json")), { binary_media_types = ["*/*"] })
  }
  expect_failures = [var.gateway_file]
}

run "a_gateway_response_that_is_no_error_is_refused" {
  command = plan
  variables {
    gateway_file = {
      binary_media_types = []
      responses = {
        DEFAULT_5XX                  = { status = "200", body = {} }
        INTEGRATION_FAILURE          = { status = "502", body = {} }
        MISSING_AUTHENTICATION_TOKEN = { status = "404", body = {} }
      }
    }
  }
  expect_failures = [var.gateway_file]
}

run "gateway_responses_without_the_needed_ones_are_refused" {
  command = plan
  variables {
    gateway_file = { binary_media_types = [], responses = { THROTTLED = { status = "429", body = {} } } }
  }
  expect_failures = [var.gateway_file]
}

run "an_endpoint_with_a_path_is_refused" {
  command = plan
  variables {
    assets_endpoint = "http://127.0.0.1:4566/"
  }
  expect_failures = [var.assets_endpoint]
}

run "any_role_as_a_caller_is_refused" {
  command = plan
  variables {
    iam_caller_arns = ["arn:aws:iam::111111111111:role/*"]
  }
  expect_failures = [var.iam_caller_arns]
}

run "an_account_as_a_caller_is_refused" {
  command = plan
  variables {
    iam_caller_arns = ["arn:aws:iam::111111111111:root"]
  }
  expect_failures = [var.iam_caller_arns]
}

run "plans_without_one_for_clients_are_refused" {
  command = plan
  variables {
    usage_plans = { partners = { rate = 1, burst = 1 } }
  }
  expect_failures = [var.usage_plans]
}

run "a_plan_of_nothing_is_refused" {
  command = plan
  variables {
    usage_plans = { clients = { rate = 0, burst = 1 } }
  }
  expect_failures = [var.usage_plans]
}

run "half_a_burst_is_refused" {
  command = plan
  variables {
    usage_plans = { clients = { rate = 1, burst = 1.5 } }
  }
  expect_failures = [var.usage_plans]
}

run "a_plan_above_the_stage_is_refused" {
  command = plan
  variables {
    usage_plans = { clients = { rate = 101, burst = 1 } }
  }
  expect_failures = [var.usage_plans]
}

run "a_quota_without_a_period_is_refused" {
  command = plan
  variables {
    usage_plans = { clients = { rate = 1, burst = 1, quota = 10 } }
  }
  expect_failures = [var.usage_plans]
}

run "a_period_without_a_quota_is_refused" {
  command = plan
  variables {
    usage_plans = { clients = { rate = 1, burst = 1, period = "DAY" } }
  }
  expect_failures = [var.usage_plans]
}

run "a_quota_by_the_year_is_refused" {
  command = plan
  variables {
    usage_plans = { clients = { rate = 1, burst = 1, quota = 10, period = "YEAR" } }
  }
  expect_failures = [var.usage_plans]
}

run "a_stage_that_lets_nobody_in_is_refused" {
  command = plan
  variables {
    throttle = { rate = 100, burst = 0 }
  }
  expect_failures = [var.throttle]
}

run "a_domain_with_its_scheme_is_refused" {
  command = plan
  variables {
    domain = { name = "https://crm.example.com", certificate_arn = "arn:aws:acm:eu-west-1:111111111111:certificate/1", zone_id = "Z1" }
  }
  expect_failures = [var.domain]
}

run "a_certificate_that_is_not_acms_is_refused" {
  command = plan
  variables {
    domain = { name = "crm.example.com", certificate_arn = "arn:aws:iam::111111111111:server-certificate/1", zone_id = "Z1" }
  }
  expect_failures = [var.domain]
}

run "a_rate_below_what_waf_counts_is_refused" {
  command = plan
  variables {
    waf_rate = 9
  }
  expect_failures = [var.waf_rate]
}

run "logs_for_a_time_that_cloudwatch_does_not_know_are_refused" {
  command = plan
  variables {
    log_retention_days = 31
  }
  expect_failures = [var.log_retention_days]
}

run "a_key_by_its_alias_is_refused" {
  command = plan
  variables {
    kms_key_arn = "alias/skep"
  }
  expect_failures = [var.kms_key_arn]
}

run "a_boundary_that_is_no_policy_is_refused" {
  command = plan
  variables {
    permissions_boundary_arn = "arn:aws:iam::111111111111:role/skep"
  }
  expect_failures = [var.permissions_boundary_arn]
}

run "a_name_in_capitals_is_refused" {
  command = plan
  variables {
    name = "Skep"
  }
  expect_failures = [var.name]
}

run "a_stage_with_a_slash_is_refused" {
  command = plan
  variables {
    stage = "a/b"
  }
  expect_failures = [var.stage]
}
