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

run "first" {}

run "the_same_again_is_the_same_deployment" {
  assert {
    condition     = output.deployment_hash == run.first.deployment_hash
    error_message = "Nothing has changed."
  }
}

run "a_throttle_needs_no_deployment" {
  variables {
    throttle = { rate = 200, burst = 400 }
  }
  assert {
    condition     = output.deployment_hash == run.first.deployment_hash
    error_message = "Throttles are the stage's, and hold at once."
  }
}

run "another_route_is_deployed" {
  variables {
    routes = [
      { path = "/", service = "forms", authorization = "session" },
      { path = "/sign-in", service = "forms", authorization = "public" },
    ]
  }
  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "A route that isn't deployed doesn't answer."
  }
}

run "another_authorization_is_deployed" {
  variables {
    routes = [{ path = "/", service = "forms", authorization = "api_key" }]
  }
  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "Who may call holds once it is deployed."
  }
}

run "another_service_is_deployed" {
  variables {
    routes = [{ path = "/", service = "sales", authorization = "session" }]
  }
  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "Requests would still go to the other one."
  }
}

run "another_caller_is_deployed" {
  variables {
    iam_caller_arns = ["arn:aws:iam::111111111111:role/reader"]
  }
  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "A resource policy that isn't deployed keeps nobody out."
  }
}

run "another_binary_type_is_deployed" {
  variables {
    gateway_file = merge(jsondecode(file("../../../services/gateway.json")), { binary_media_types = ["image/*"] })
  }
  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "Files would still be read as text."
  }
}

run "another_gateway_response_is_deployed" {
  variables {
    gateway_file = {
      binary_media_types = jsondecode(file("../../../services/gateway.json")).binary_media_types
      responses = {
        DEFAULT_5XX                  = { status = "500", body = { detail = "Another sentence." } }
        INTEGRATION_FAILURE          = { status = "500", body = { detail = "Another sentence." } }
        MISSING_AUTHENTICATION_TOKEN = { status = "404", body = { detail = "Another sentence." } }
      }
    }
  }
  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "The old sentences would still be said."
  }
}

run "another_bucket_is_deployed" {
  variables {
    assets_bucket = { name = "skep-other-assets", arn = "arn:aws:s3:::skep-other-assets" }
  }
  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "Assets would still come from the other one."
  }
}

run "closing_api_gateways_address_is_deployed" {
  variables {
    domain = {
      name            = "crm.example.com"
      certificate_arn = "arn:aws:acm:eu-west-1:111111111111:certificate/11111111-1111-4111-8111-111111111111"
      zone_id         = "Z0123456789"
    }
  }
  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "The address would stay open."
  }
}
