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
  waf                      = true
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/skep-boundary"
}

run "the_firewall_stands_before_the_stage" {
  assert {
    condition = (
      aws_wafv2_web_acl_association.main[0].resource_arn == aws_api_gateway_stage.main.arn &&
      aws_wafv2_web_acl_association.main[0].web_acl_arn == aws_wafv2_web_acl.main[0].arn &&
      aws_wafv2_web_acl.main[0].scope == "REGIONAL"
    )
    error_message = "The firewall is associated with the stage."
  }
  assert {
    condition     = output.web_acl_name == "skep-test" && output.web_acl_arn == aws_wafv2_web_acl.main[0].arn
    error_message = "The firewall is told of."
  }
}

run "what_aws_knows_to_be_bad_is_blocked" {
  assert {
    condition = toset([for rule in aws_wafv2_web_acl_rule.managed : rule.statement[0].managed_rule_group_statement[0].name]) == toset([
      "AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet",
      "AWSManagedRulesSQLiRuleSet",
    ])
    error_message = "These groups of AWS's are in force."
  }
  assert {
    condition = alltrue([
      for rule in aws_wafv2_web_acl_rule.managed :
      length(rule.override_action[0].none) == 1 && length(rule.override_action[0].count) == 0
    ])
    error_message = "A group does what its rules say."
  }
  assert {
    condition     = length(distinct(values(aws_wafv2_web_acl_rule.managed)[*].priority)) == 4
    error_message = "No two rules have one priority."
  }
}

run "bodies_with_ordinary_notes_are_let_through_and_counted" {
  assert {
    condition = {
      for name, rule in aws_wafv2_web_acl_rule.managed :
      name => join(" ", sort(rule.statement[0].managed_rule_group_statement[0].rule_action_override[*].name))
      } == {
      ip_reputation    = ""
      known_bad_inputs = ""
      common           = "CrossSiteScripting_BODY EC2MetaDataSSRF_BODY GenericLFI_BODY GenericRFI_BODY NoUserAgent_HEADER SizeRestrictions_BODY SizeRestrictions_QUERYSTRING"
      sql              = "SQLiExtendedPatterns_BODY SQLi_BODY"
    }
    error_message = "The rules that look at bodies only count."
  }
  assert {
    condition = alltrue(flatten([
      for rule in aws_wafv2_web_acl_rule.managed : [
        for override in rule.statement[0].managed_rule_group_statement[0].rule_action_override :
        length(override.action_to_use[0].count) == 1
      ]
    ]))
    error_message = "They count."
  }
}

run "an_address_that_sends_too_much_is_blocked" {
  variables {
    waf_rate = 500
  }
  assert {
    condition = (
      aws_wafv2_web_acl_rule.rate[0].statement[0].rate_based_statement[0].limit == 500 &&
      aws_wafv2_web_acl_rule.rate[0].statement[0].rate_based_statement[0].aggregate_key_type == "IP" &&
      length(aws_wafv2_web_acl_rule.rate[0].action[0].block) == 1 &&
      aws_wafv2_web_acl_rule.rate[0].priority == 0
    )
    error_message = "The rate is an address's, whatever headers it sends, and comes first."
  }
}

run "its_log_has_no_credentials" {
  assert {
    condition = toset(flatten(aws_wafv2_web_acl_logging_configuration.main[0].redacted_fields[*].single_header[*].name)) == toset([
      "authorization", "cookie", "x-amz-security-token", "x-api-key",
    ])
    error_message = "Headers that let somebody in are redacted."
  }
  assert {
    condition     = length(flatten(aws_wafv2_web_acl_logging_configuration.main[0].redacted_fields[*].query_string)) == 1
    error_message = "What people search for is redacted."
  }
  assert {
    condition = (
      startswith(aws_cloudwatch_log_group.waf[0].name, "aws-waf-logs-") &&
      aws_cloudwatch_log_group.waf[0].kms_key_id == var.kms_key_arn &&
      aws_cloudwatch_log_group.waf[0].retention_in_days == 30
    )
    error_message = "WAF writes to a group of this beginning; it is encrypted and ends."
  }
  assert {
    condition     = aws_wafv2_web_acl_logging_configuration.main[0].logging_filter[0].default_behavior == "DROP"
    error_message = "What is let through without a mark isn't logged twice."
  }
}

run "there_is_none_where_none_is_wanted" {
  variables {
    waf = false
  }
  assert {
    condition = (
      output.web_acl_arn == null && output.web_acl_name == null &&
      length(aws_wafv2_web_acl_rule.managed) == 0 && length(aws_cloudwatch_log_group.waf) == 0
    )
    error_message = "Without the switch there is nothing of it."
  }
}
