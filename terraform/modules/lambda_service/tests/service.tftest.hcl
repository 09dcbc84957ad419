mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                     = "skep-dev"
  service                  = "key_sync"
  kind                     = "worker"
  image_uri                = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/skep/key-sync@sha256:0000000000000000000000000000000000000000000000000000000000000001"
  architecture             = "arm64"
  memory_mb                = 512
  timeout_seconds          = 300
  environment              = { SKEP_ENVIRONMENT = "dev" }
  subnet_ids               = []
  security_group_ids       = []
  reserved_concurrency     = 2
  kms_key_arn              = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  log_retention_days       = 30
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/skep-boundary"
  statements = [
    { Sid = "Keys", Effect = "Allow", Action = ["apigateway:GET", "apigateway:POST"], Resource = ["arn:aws:apigateway:eu-west-1::/apikeys"] },
  ]
}

run "a_function_runs_one_image_and_logs_as_json_into_its_own_group" {
  assert {
    condition     = aws_lambda_function.this.function_name == "skep-dev-key-sync" && output.function_name == "skep-dev-key-sync"
    error_message = "A function is named after environment and service, with hyphens."
  }
  assert {
    condition = (
      aws_lambda_function.this.package_type == "Image" && aws_lambda_function.this.publish &&
      aws_lambda_function.this.image_uri == var.image_uri && aws_lambda_function.this.architectures == tolist(["arm64"]) &&
      aws_lambda_function.this.reserved_concurrent_executions == 2 && aws_lambda_function.this.kms_key_arn == var.kms_key_arn
    )
    error_message = "The function must be the image of the digest, published, limited and encrypted."
  }
  assert {
    condition = (
      one(aws_lambda_function.this.logging_config).log_format == "JSON" &&
      one(aws_lambda_function.this.logging_config).log_group == "/aws/lambda/skep-dev-key-sync" &&
      aws_cloudwatch_log_group.this.retention_in_days == 30 && aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn
    )
    error_message = "Logs must be JSON, in a group that is ours: encrypted, and emptied after its time."
  }
  assert {
    condition     = one(aws_lambda_function.this.tracing_config).mode == "Active"
    error_message = "X-Ray must sample calls."
  }
  assert {
    condition     = length(aws_lambda_function.this.snap_start) == 0 && length(aws_lambda_provisioned_concurrency_config.live) == 0
    error_message = "Nothing may be kept warm unless it is asked for."
  }
  assert {
    condition     = aws_lambda_alias.live.name == "live" && aws_lambda_alias.live.function_version == "1" && output.version == "1"
    error_message = "The alias must begin at the first version."
  }
}

run "a_role_may_write_to_its_own_log_and_do_what_it_was_given" {
  assert {
    condition     = aws_iam_role.this.permissions_boundary == var.permissions_boundary_arn && output.role_name == "skep-dev-key-sync"
    error_message = "The role must have its boundary."
  }
  assert {
    condition     = [for one in jsondecode(aws_iam_role_policy.this.policy).Statement : one.Sid] == ["OwnLog", "OwnVariables", "Traces", "Keys"]
    error_message = "Outside a VPC, a role has no right to network interfaces."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.this.policy).Statement[0].Resource == ["${aws_cloudwatch_log_group.this.arn}:*"]
    error_message = "A function writes to its own log alone."
  }
  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal == { Service = "lambda.amazonaws.com" }
    error_message = "Only Lambda takes the role on."
  }
}

run "inside_the_vpc_lambda_may_make_interfaces_and_our_code_may_not" {
  variables {
    kind                 = "api"
    service              = "customers"
    timeout_seconds      = 25
    subnet_ids           = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    security_group_ids   = ["sg-0123456789abcdef0"]
    reserved_concurrency = 5
    tracing              = false
    statements           = []
  }

  assert {
    condition = (
      one(aws_lambda_function.this.vpc_config).subnet_ids == toset(var.subnet_ids) &&
      one(aws_lambda_function.this.vpc_config).security_group_ids == toset(var.security_group_ids) &&
      aws_lambda_function.this.replace_security_groups_on_destroy
    )
    error_message = "The function must stand in the given subnets, and let go of its security group when it is destroyed."
  }
  assert {
    condition = [for one in jsondecode(aws_iam_role_policy.this.policy).Statement : [one.Sid, one.Effect]] == [
      ["OwnLog", "Allow"], ["OwnVariables", "Allow"], ["NetworkInterfaces", "Allow"], ["NetworkInterfacesNotByCode", "Deny"]
    ]
    error_message = "Without tracing there are no rights to it; interfaces are Lambda's, not the code's."
  }
  assert {
    condition = (
      jsondecode(aws_iam_role_policy.this.policy).Statement[3].Condition.ArnEquals["lambda:SourceFunctionArn"] ==
      "arn:aws:lambda:eu-west-1:111111111111:function:skep-dev-customers"
    )
    error_message = "The refusal must be about this function's code."
  }
  assert {
    condition     = length(aws_lambda_function_event_invoke_config.live) == 0
    error_message = "Whoever calls an API waits for the answer."
  }
}

run "what_nobody_waits_for_is_tried_again_and_then_told" {
  variables {
    asynchronous = { retries = 2, max_age_seconds = 600, failure_queue_arn = "arn:aws:sqs:eu-west-1:111111111111:skep-dev-schedules-dead" }
  }

  assert {
    condition = (
      aws_lambda_function_event_invoke_config.live[0].qualifier == "live" &&
      aws_lambda_function_event_invoke_config.live[0].maximum_retry_attempts == 2 &&
      aws_lambda_function_event_invoke_config.live[0].maximum_event_age_in_seconds == 600 &&
      aws_lambda_function_event_invoke_config.live[0].destination_config[0].on_failure[0].destination == var.asynchronous.failure_queue_arn
    )
    error_message = "The alias must have the way that was asked for."
  }
  assert {
    condition = [
      for one in jsondecode(aws_iam_role_policy.this.policy).Statement : one.Resource if one.Sid == "Failures"
    ] == [["arn:aws:sqs:eu-west-1:111111111111:skep-dev-schedules-dead"]]
    error_message = "The role must be able to tell the queue of failures."
  }
}

run "a_version_starts_from_a_snapshot" {
  variables {
    snapstart = true
  }

  assert {
    condition     = one(aws_lambda_function.this.snap_start).apply_on == "PublishedVersions"
    error_message = "Published versions must be taken a snapshot of."
  }
}

run "environments_are_kept_warm" {
  variables {
    provisioned_concurrency = 2
  }

  assert {
    condition = (
      aws_lambda_provisioned_concurrency_config.live[0].provisioned_concurrent_executions == 2 &&
      aws_lambda_provisioned_concurrency_config.live[0].qualifier == "live"
    )
    error_message = "The alias must have two environments that are warm."
  }
}
