# API Gateway may invoke a service's alias for the paths of that service, one statement a prefix. A function's policy takes
# 20 KB, so a prefix stands for all that begins with it, and * for the tables where several have the same end.

locals {
  paths = {
    for service in distinct(var.routes[*].service) :
    service => distinct([for route in var.routes : route.path if route.service == service])
  }

  # What stands before the first parameter: /v1/customers/{record_id}/history -> /v1/customers. "" is the root.
  beginnings = {
    for service, paths in local.paths :
    service => distinct([for path in paths : trimsuffix(split("{", path)[0], "/")])
  }

  # Without those that a shorter one takes in. Not the root, which would take in everything: it has itself alone.
  shortest = {
    for service, beginnings in local.beginnings : service => [
      for one in beginnings : one
      if !anytrue([for other in beginnings : other != "" && other != one && startswith(one, other)])
    ]
  }

  # /v1/clients/export -> /v1/*/export, if there is another one of this form; paths of fewer than three parts stay.
  with_asterisk = {
    for service, prefixes in local.shortest : service => {
      for prefix in prefixes : prefix => replace(prefix, "/^(.*/)[^/]+(/[^/]+)$/", "$1*$2")
      if length(split("/", prefix)) > 3
    }
  }
  prefixes = {
    for service, prefixes in local.shortest : service => distinct([
      for prefix in prefixes : try(
        length([for other in values(local.with_asterisk[service]) : other if other == local.with_asterisk[service][prefix]]) > 1
        ? local.with_asterisk[service][prefix]
        : prefix,
        prefix,
      )
    ])
  }

  permissions = merge([
    for service, prefixes in local.prefixes : {
      for prefix in prefixes : "${service} ${prefix == "" ? "/" : prefix}" => {
        service = service
        # A slash at the end of a request's path makes no difference to API Gateway: only the root can be exact.
        pattern = prefix == "" ? "/" : "${prefix}*"
      }
    }
  ]...)
}

resource "aws_lambda_permission" "routes" {
  for_each = local.permissions

  statement_id  = "api${replace(replace(each.value.pattern, "*", ""), "/[^A-Za-z0-9-]/", "_")}"
  action        = "lambda:InvokeFunction"
  function_name = var.functions[each.value.service].function_name
  qualifier     = var.functions[each.value.service].alias_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.main.execution_arn}/${var.stage}/*${each.value.pattern}"

  lifecycle {
    precondition {
      # 450 bytes is what the longest of ours takes, with names, account and all.
      condition     = length(local.prefixes[each.value.service]) * 450 <= 20480
      error_message = "${each.value.service} has ${length(local.prefixes[each.value.service])} prefixes, more than the 20 KB of a function's policy hold. Put its paths below fewer prefixes."
    }
  }
}
