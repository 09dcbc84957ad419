mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name   = "skep-test"
  stage  = "test"
  routes = [{ path = "/", service = "forms", authorization = "session" }]
  functions = {
    for service in ["forms"] : service => {
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

run "the_access_log_is_json_of_quoted_values" {
  assert {
    condition = alltrue([
      for value in values(jsondecode(aws_api_gateway_stage.main.access_log_settings[0].format)) :
      can(regex("^[$]context[.][A-Za-z.]+$", value))
    ])
    error_message = "Each value is one variable in quotes: API Gateway writes - where there is none."
  }
  assert {
    condition     = !strcontains(aws_api_gateway_stage.main.access_log_settings[0].format, "\n")
    error_message = "API Gateway wants the format on one line."
  }
  assert {
    condition     = !strcontains(aws_api_gateway_stage.main.access_log_settings[0].format, "messageString")
    error_message = "error.messageString brings its own quotes."
  }
  assert {
    condition = length(setsubtract(
      [
        "$context.identity.apiKeyId", "$context.error.responseType", "$context.extendedRequestId", "$context.requestId",
        "$context.integrationErrorMessage", "$context.integrationLatency", "$context.status", "$context.wafResponseCode",
      ],
      values(jsondecode(aws_api_gateway_stage.main.access_log_settings[0].format)),
    )) == 0
    error_message = "The log tells what a look into a failure needs."
  }
  assert {
    condition     = aws_api_gateway_stage.main.access_log_settings[0].destination_arn == aws_cloudwatch_log_group.access.arn
    error_message = "The log goes to the group that is the API's own."
  }
}

run "the_stage_traces_and_caches_nothing" {
  assert {
    condition     = aws_api_gateway_stage.main.xray_tracing_enabled && !aws_api_gateway_stage.main.cache_cluster_enabled
    error_message = "Traces are on, the cache is off."
  }
  assert {
    condition     = aws_api_gateway_stage.main.deployment_id == aws_api_gateway_deployment.main.id
    error_message = "The stage shows the deployment."
  }
}

run "every_method_is_throttled_and_no_body_is_logged" {
  assert {
    condition = aws_api_gateway_method_settings.all.method_path == "*/*" && {
      for name in ["metrics_enabled", "logging_level", "data_trace_enabled", "caching_enabled", "throttling_rate_limit", "throttling_burst_limit"] :
      name => tostring(aws_api_gateway_method_settings.all.settings[0][name])
      } == {
      metrics_enabled        = "false"
      logging_level          = "ERROR"
      data_trace_enabled     = "false"
      caching_enabled        = "false"
      throttling_rate_limit  = "100"
      throttling_burst_limit = "200"
    }
    error_message = "Throttles said, bodies out of the log, and no metrics by path, which cost more than all the rest."
  }
}

run "logs_are_encrypted_and_end" {
  assert {
    condition = alltrue([
      for group in [aws_cloudwatch_log_group.access, aws_cloudwatch_log_group.execution] :
      group.kms_key_id == var.kms_key_arn && group.retention_in_days == 30
    ])
    error_message = "Both groups have the key and an end."
  }
  assert {
    condition     = aws_cloudwatch_log_group.execution.name == "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.main.id}/test"
    error_message = "The group has the name that API Gateway writes to."
  }
}

run "plans_have_their_limits_on_this_stage" {
  variables {
    usage_plans = {
      clients  = { rate = 50, burst = 100 }
      partners = { rate = 10, burst = 20, quota = 100000, period = "MONTH" }
    }
  }
  assert {
    condition     = toset(keys(output.usage_plan_ids)) == toset(["clients", "partners"])
    error_message = "Each plan is told by its name."
  }
  assert {
    condition     = aws_api_gateway_usage_plan.main["clients"].name == "skep-test-clients"
    error_message = "A plan is named after the environment and its tier."
  }
  assert {
    condition = alltrue([
      for plan in values(aws_api_gateway_usage_plan.main) :
      one(plan.api_stages).api_id == aws_api_gateway_rest_api.main.id && one(plan.api_stages).stage == "test"
    ])
    error_message = "A plan is for this stage of this API."
  }
  assert {
    condition = (
      aws_api_gateway_usage_plan.main["clients"].throttle_settings[0].rate_limit == 50 &&
      aws_api_gateway_usage_plan.main["clients"].throttle_settings[0].burst_limit == 100 &&
      length(aws_api_gateway_usage_plan.main["clients"].quota_settings) == 0 &&
      aws_api_gateway_usage_plan.main["partners"].quota_settings[0].limit == 100000 &&
      aws_api_gateway_usage_plan.main["partners"].quota_settings[0].period == "MONTH"
    )
    error_message = "Limits and quota are those of the tier."
  }
}

run "without_a_name_of_its_own_the_api_answers_at_api_gateways_address" {
  assert {
    condition     = output.url == aws_api_gateway_stage.main.invoke_url && !aws_api_gateway_rest_api.main.disable_execute_api_endpoint
    error_message = "The URL is the stage's, and it is open."
  }
  assert {
    condition     = length(aws_api_gateway_domain_name.main) == 0 && length(aws_route53_record.main) == 0
    error_message = "There is no name to be made."
  }
}

run "with_a_name_the_api_answers_there_alone_and_by_tls_1_2" {
  variables {
    domain = {
      name            = "crm.example.com"
      certificate_arn = "arn:aws:acm:eu-west-1:111111111111:certificate/11111111-1111-4111-8111-111111111111"
      zone_id         = "Z0123456789"
    }
  }
  assert {
    condition     = output.url == "https://crm.example.com" && aws_api_gateway_rest_api.main.disable_execute_api_endpoint
    error_message = "The URL is the name, and the stage's own is closed."
  }
  assert {
    condition = (
      aws_api_gateway_domain_name.main[0].security_policy == "TLS_1_2" &&
      aws_api_gateway_domain_name.main[0].endpoint_configuration[0].types == tolist(["REGIONAL"]) &&
      aws_api_gateway_domain_name.main[0].regional_certificate_arn == var.domain.certificate_arn
    )
    error_message = "The name is Regional, has the certificate and refuses TLS below 1.2."
  }
  assert {
    condition = (
      aws_api_gateway_base_path_mapping.main[0].stage_name == "test" &&
      aws_api_gateway_base_path_mapping.main[0].domain_name == "crm.example.com" &&
      aws_route53_record.main[0].type == "A" &&
      aws_route53_record.main[0].alias[0].name == aws_api_gateway_domain_name.main[0].regional_domain_name
    )
    error_message = "The name leads to the stage."
  }
}

run "the_tag_that_an_emulator_reads_is_the_apis" {
  variables {
    tags = { ms-custom-id = "skep000000" }
  }
  assert {
    condition     = aws_api_gateway_rest_api.main.tags == tomap({ ms-custom-id = "skep000000" })
    error_message = "Tags are put on the API."
  }
}
