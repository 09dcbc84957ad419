# The firewall before the stage: what AWS knows to be bad, and addresses that send too much.

locals {
  # counted: rules that see harm in ordinary work. Notes have quotes, angle brackets and SQL words in them and files are
  # larger than 8 KB, at the forms as in /v1 and its twin for roles; nothing else takes a body. Filters make long query
  # strings, and programs may leave User-Agent out.
  managed_rules = {
    ip_reputation = {
      priority = 10
      group    = "AWSManagedRulesAmazonIpReputationList"
      counted  = []
    }
    known_bad_inputs = {
      priority = 20
      group    = "AWSManagedRulesKnownBadInputsRuleSet"
      counted  = []
    }
    common = {
      priority = 30
      group    = "AWSManagedRulesCommonRuleSet"
      counted = [
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "NoUserAgent_HEADER",
        "SizeRestrictions_BODY",
        "SizeRestrictions_QUERYSTRING",
      ]
    }
    sql = {
      priority = 40
      group    = "AWSManagedRulesSQLiRuleSet"
      counted  = ["SQLiExtendedPatterns_BODY", "SQLi_BODY"]
    }
  }

  # Credentials, and what people search for.
  redacted_headers = ["authorization", "cookie", "x-amz-security-token", "x-api-key"]
}

resource "aws_wafv2_web_acl" "main" {
  #checkov:skip=CKV_AWS_175: Its rules are resources of their own, below.
  #checkov:skip=CKV_AWS_192: The known bad inputs, Log4j's among them, are a rule of their own, below.
  count = var.waf ? 1 : 0

  name        = var.name
  description = "What may reach the API of ${var.name}."
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = false
  }

  lifecycle {
    # Each is a resource of its own, which sees its own drift.
    ignore_changes = [rule]
  }
}

resource "aws_wafv2_web_acl_rule" "rate" {
  count = var.waf ? 1 : 0

  name        = "rate"
  priority    = 0
  web_acl_arn = one(aws_wafv2_web_acl.main[*].arn)

  action {
    block {}
  }

  # By address alone: with a header in the key, a sender would make it another one with every request.
  statement {
    rate_based_statement {
      aggregate_key_type    = "IP"
      evaluation_window_sec = 300
      limit                 = var.waf_rate
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "${var.name}-rate"
    sampled_requests_enabled   = false
  }
}

resource "aws_wafv2_web_acl_rule" "managed" {
  for_each = var.waf ? local.managed_rules : {}

  name        = each.key
  priority    = each.value.priority
  web_acl_arn = one(aws_wafv2_web_acl.main[*].arn)

  override_action {
    none {}
  }

  statement {
    managed_rule_group_statement {
      name        = each.value.group
      vendor_name = "AWS"

      dynamic "rule_action_override" {
        for_each = each.value.counted

        content {
          name = rule_action_override.value
          action_to_use {
            count {}
          }
        }
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "${var.name}-${each.key}"
    sampled_requests_enabled   = false
  }
}

# After the rules: without them it lets everything through.
resource "aws_wafv2_web_acl_association" "main" {
  count = var.waf ? 1 : 0

  resource_arn = aws_api_gateway_stage.main.arn
  web_acl_arn  = one(aws_wafv2_web_acl.main[*].arn)

  depends_on = [aws_wafv2_web_acl_rule.rate, aws_wafv2_web_acl_rule.managed]
}

resource "aws_cloudwatch_log_group" "waf" {
  count = var.waf ? 1 : 0

  # WAF writes to no group of another beginning.
  name              = "aws-waf-logs-${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_wafv2_web_acl_logging_configuration" "main" {
  count = var.waf ? 1 : 0

  resource_arn            = one(aws_wafv2_web_acl.main[*].arn)
  log_destination_configs = aws_cloudwatch_log_group.waf[*].arn

  # What was let through without a mark is in the access log.
  logging_filter {
    default_behavior = "DROP"

    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"

      dynamic "condition" {
        for_each = ["BLOCK", "COUNT", "EXCLUDED_AS_COUNT"]

        content {
          action_condition {
            action = condition.value
          }
        }
      }
    }
  }

  dynamic "redacted_fields" {
    for_each = local.redacted_headers

    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }

  redacted_fields {
    query_string {}
  }
}
