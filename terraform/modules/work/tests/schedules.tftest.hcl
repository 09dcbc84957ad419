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

run "the_clock_calls_automations_by_the_alias" {
  override_resource {
    target = aws_sqs_queue.dead["schedules"]
    values = { arn = "arn:aws:sqs:eu-west-1:111111111111:skep-dev-schedules-dead" }
  }

  assert {
    condition = (
      { for name, one in aws_scheduler_schedule.this : name => [one.name, one.schedule_expression, one.target[0].input] } == {
        jobs     = ["skep-dev-jobs", "rate(1 minute)", "{\"task\":\"jobs\"}"]
        keys     = ["skep-dev-keys", "rate(1 minute)", "{\"task\":\"keys\"}"]
        maintain = ["skep-dev-maintain", "rate(1 day)", "{\"task\":\"maintain\"}"]
      }
    )
    error_message = "Three tasks, each at its time."
  }
  assert {
    condition = alltrue([
      for one in aws_scheduler_schedule.this : one.target[0].arn == var.automations.alias_arn && one.kms_key_arn == var.kms_key_arn &&
      one.target[0].dead_letter_config[0].arn == output.schedule_dead_letters.arn &&
      one.target[0].retry_policy[0].maximum_event_age_in_seconds >= 60
    ])
    error_message = "A schedule calls the alias, is encrypted, and tells what it could not do."
  }
  assert {
    condition     = aws_scheduler_schedule.this["jobs"].target[0].retry_policy[0].maximum_event_age_in_seconds == 60
    error_message = "A minute's call is worth nothing when the next one is there."
  }
}

run "the_scheduler_may_call_that_alias_and_nothing_else" {
  assert {
    condition = [for one in jsondecode(aws_iam_role_policy.scheduler.policy).Statement : [one.Action, one.Resource]] == [
      [["lambda:InvokeFunction"], [var.automations.alias_arn]],
      [["sqs:SendMessage"], [output.schedule_dead_letters.arn]],
      [["kms:Decrypt", "kms:GenerateDataKey"], [var.kms_key_arn]],
    ]
    error_message = "The role may call the alias and write dead letters."
  }
  assert {
    condition = (
      jsondecode(aws_iam_role.scheduler.assume_role_policy).Statement[0].Condition.StringEquals == {
        "aws:SourceAccount" = "111111111111", "aws:SourceArn" = aws_scheduler_schedule_group.this.arn
      } && aws_iam_role.scheduler.permissions_boundary == var.permissions_boundary_arn
    )
    error_message = "Only schedules of our group take the role on, within its boundary."
  }
}
