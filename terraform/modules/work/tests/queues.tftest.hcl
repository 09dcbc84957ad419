mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                     = "skep-dev"
  kms_key_arn              = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/skep-boundary"
  cors_origins             = ["https://skep.example"]
  automations = {
    alias_arn            = "arn:aws:lambda:eu-west-1:111111111111:function:skep-dev-automations:live"
    role_name            = "skep-dev-automations"
    timeout_seconds      = 900
    reserved_concurrency = 5
    maximum_concurrency  = 4
  }
  key_sync = {
    alias_arn       = "arn:aws:lambda:eu-west-1:111111111111:function:skep-dev-key-sync:live"
    role_name       = "skep-dev-key-sync"
    timeout_seconds = 300
  }
}

run "a_message_comes_back_when_nobody_can_still_be_at_it_and_is_a_dead_letter_after_three" {
  # Otherwise all queues are the same one.
  override_resource {
    target = aws_sqs_queue.dead["work"]
    values = { arn = "arn:aws:sqs:eu-west-1:111111111111:skep-dev-work-dead" }
  }
  override_resource {
    target = aws_sqs_queue.dead["keys"]
    values = { arn = "arn:aws:sqs:eu-west-1:111111111111:skep-dev-keys-dead" }
  }

  assert {
    condition     = { for name, one in aws_sqs_queue.this : name => one.visibility_timeout_seconds } == { keys = 1800, work = 5400 }
    error_message = "A message stays hidden for six times what its reader may take."
  }
  assert {
    condition = alltrue([
      for name, one in aws_sqs_queue.this : jsondecode(one.redrive_policy) == {
        deadLetterTargetArn = "arn:aws:sqs:eu-west-1:111111111111:skep-dev-${name}-dead", maxReceiveCount = 3
      }
    ])
    error_message = "Each queue has dead letters of its own, after three receives."
  }
  assert {
    condition     = alltrue([for one in aws_sqs_queue.dead : one.message_retention_seconds == 1209600])
    error_message = "Dead letters must be kept for fourteen days."
  }
  assert {
    condition     = [for name in ["keys", "schedules", "work"] : aws_sqs_queue.dead[name].name] == ["skep-dev-keys-dead", "skep-dev-schedules-dead", "skep-dev-work-dead"]
    error_message = "The clock's failures have a queue, too."
  }
  assert {
    condition = (
      { for name, one in aws_sqs_queue_redrive_allow_policy.dead : name => jsondecode(one.redrive_allow_policy).redrivePermission } ==
      { keys = "byQueue", schedules = "denyAll", work = "byQueue" }
    )
    error_message = "No other queue may send its dead letters here."
  }
  assert {
    condition     = alltrue([for one in local.queues : one.kms_master_key_id == var.kms_key_arn])
    error_message = "Every queue must be encrypted with our key."
  }
  assert {
    condition = keys(aws_sqs_queue_policy.tls) == ["keys", "keys-dead", "schedules-dead", "work", "work-dead"] && alltrue([
      for one in aws_sqs_queue_policy.tls : jsondecode(one.policy).Statement[0].Effect == "Deny" &&
      jsondecode(one.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false" && length(jsondecode(one.policy).Statement) == 1
    ])
    error_message = "Every queue must refuse what comes without TLS, and let nobody in."
  }
  assert {
    condition     = output.queues.work.dead_name == "skep-dev-work-dead" && output.queues.keys.name == "skep-dev-keys" && keys(output.queues) == ["keys", "work"]
    error_message = "Outputs name queue and dead letters."
  }
}

run "a_message_calls_the_alias_alone_and_is_answered_by_itself" {
  assert {
    condition = alltrue([
      for name, one in aws_lambda_event_source_mapping.reader : one.batch_size == 1 && one.function_name == local.readers[name].alias_arn &&
      one.function_response_types == toset(["ReportBatchItemFailures"])
    ])
    error_message = "One message a call, to the alias, and its failure is told."
  }
  assert {
    condition = (
      { for name, one in aws_lambda_event_source_mapping.reader : name => one.scaling_config[0].maximum_concurrency } == { keys = 2, work = 4 }
    )
    error_message = "No more messages at once than the reader has environments for."
  }
  assert {
    condition = (
      aws_iam_role_policy.reader["work"].role == "skep-dev-automations" && aws_iam_role_policy.reader["keys"].role == "skep-dev-key-sync" &&
      jsondecode(aws_iam_role_policy.reader["keys"].policy).Statement[0].Action ==
      ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    )
    error_message = "Each reader's role may read its queue, and not write to it."
  }
}
