mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name          = "skep-test"
  alarm_emails  = ["ops@straw.example", "second@straw.example"]
  kms_key_arn   = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  slow_query_ms = 500
  api           = { name = "skep-api", stage = "test" }
  queues = {
    keys = { name = "skep-test-keys", dead_name = "skep-test-keys-dead", late_seconds = 2100 }
    work = { name = "skep-test-work", dead_name = "skep-test-work-dead" }
  }
  dead_letters = { schedules = "skep-test-schedules-dead" }
  services = {
    key_sync = {
      function_name   = "skep-test-key-sync", alias_name = "live", log_group_name = "/aws/lambda/skep-test-key-sync"
      timeout_seconds = 300, reserved_concurrency = 1, kind = "worker"
    }
    automations = {
      function_name   = "skep-test-automations", alias_name = "live", log_group_name = "/aws/lambda/skep-test-automations"
      timeout_seconds = 900, reserved_concurrency = 4, kind = "worker"
    }
  }
  database = {
    engine          = "rds", instance_identifiers = ["skep-test"], max_connections = 100, storage_gb = 20
    log_group_names = ["/aws/rds/instance/skep-test/postgresql"]
  }
}

run "the_api_is_watched_by_its_name_and_stage" {
  assert {
    condition = {
      for query in aws_cloudwatch_metric_alarm.api_errors.metric_query : query.id => one(query.metric).metric_name if query.id != "rate"
    } == { errors = "5XXError", requests = "Count" }
    error_message = "API Gateway's own counts."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.api_latency.dimensions == tomap({ ApiName = "skep-api", Stage = "test" })
    error_message = "REST APIs are told apart by ApiName and Stage."
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.api_blocked) == 0
    error_message = "No firewall, no alarm on it."
  }
}

run "the_firewall_is_watched_where_there_is_one" {
  variables {
    web_acl_name = "skep-acl"
  }
  assert {
    condition = aws_cloudwatch_metric_alarm.api_blocked[0].dimensions == tomap({
      WebACL = "skep-acl", Region = "eu-west-1", Rule = "ALL"
    })
    error_message = "A regional ACL has these three dimensions."
  }
}

run "queues_tell_of_old_messages_and_dead_letters" {
  assert {
    condition     = { for queue, one in aws_cloudwatch_metric_alarm.queue_age : queue => one.threshold } == { keys = 2100, work = 6300 }
    error_message = "A message may have its second turn before it is late."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.dead_letters["work"].dimensions == tomap({ QueueName = "skep-test-work-dead" })
      && aws_cloudwatch_metric_alarm.dead_letters["work"].metric_name == "ApproximateNumberOfMessagesVisible"
      && aws_cloudwatch_metric_alarm.dead_letters["work"].threshold == 0
    )
    error_message = "Any message in the dead-letter queue, however it came there."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.dead_letters["schedules"].dimensions == tomap({ QueueName = "skep-test-schedules-dead" })
    error_message = "What the clock asked for in vain is a dead letter too."
  }
}

run "missing_keys_stay_until_the_next_list_of_keys" {
  assert {
    condition = (
      strcontains(regex("DONE = LogLine\\((.*)\\)", file("../../../services/key_sync/events.py"))[0], "\"missing\"")
      && strcontains(file("../../../services/key_sync/events.py"), "\"service\": \"key_sync\", **what, **counts")
      && aws_cloudwatch_metric_alarm.missing_keys["key_sync"].metric_name == "missing"
      && aws_cloudwatch_metric_alarm.missing_keys["key_sync"].dimensions == tomap({ service = "key_sync" })
    )
    error_message = "services/key_sync/events.py doesn't write this metric."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.missing_keys["key_sync"].treat_missing_data == "ignore"
    error_message = "The metric comes with a change of keys; silence says nothing."
  }
}

run "a_sweep_that_stops_is_seen_by_its_silence" {
  assert {
    condition = (
      strcontains(regex("TASK = LogLine\\((.*)\\)", file("../../../services/shared/metrics.py"))[0], "\"duration_ms\"")
      && strcontains(file("../../../services/automations/tasks.py"), "\"service\": \"automations\",")
      && aws_cloudwatch_metric_alarm.silence["automations"].dimensions == tomap({ service = "automations" })
      && aws_cloudwatch_metric_alarm.silence["automations"].statistic == "SampleCount"
      && aws_cloudwatch_metric_alarm.silence["automations"].treat_missing_data == "breaching"
    )
    error_message = "No line of a task for 20 minutes must alarm."
  }
}

run "schedules_that_miss_their_function_alarm" {
  assert {
    condition = alltrue([
      for one in aws_cloudwatch_metric_alarm.scheduler : one.dimensions == tomap({ ScheduleGroup = "skep-test" })
    ]) && length(aws_cloudwatch_metric_alarm.scheduler) == 2
    error_message = "Schedules are told apart by their group."
  }
}

run "one_alarm_stands_for_all" {
  assert {
    condition = aws_cloudwatch_composite_alarm.platform.alarm_rule == join(" OR ", [
      for one in ["automations", "key-sync", "api", "database", "work"] : "ALARM(\"skep-test-${one}-unhealthy\")"
    ])
    error_message = "The platform is what its services and parts are."
  }
  assert {
    condition     = toset(keys(output.composite_alarm_arns)) == toset(["api", "automations", "database", "key_sync", "platform", "work"])
    error_message = "A promotion finds each by its name."
  }
  assert {
    condition     = length(output.alarm_names) == length(toset(output.alarm_names))
    error_message = "Two alarms have one name."
  }
}

run "the_topic_is_encrypted_and_takes_only_our_alarms" {
  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == var.kms_key_arn
    error_message = "The topic must be encrypted with our key."
  }
  assert {
    condition = {
      for one in jsondecode(aws_sns_topic_policy.alarms.policy).Statement : one.Sid => "${one.Effect} ${jsonencode(one.Condition)}"
      } == {
      OurAlarms = "Allow {\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:cloudwatch:eu-west-1:111111111111:alarm:skep-test-*\"},\"StringEquals\":{\"aws:SourceAccount\":\"111111111111\"}}"
      OnlyByTls = "Deny {\"Bool\":{\"aws:SecureTransport\":\"false\"}}"
    }
    error_message = "Alarms of this account and name alone, and never without TLS."
  }
  assert {
    condition     = toset(values(aws_sns_topic_subscription.email)[*].endpoint) == var.alarm_emails
    error_message = "Everybody who is to hear of alarms needs a subscription."
  }
}

run "a_mail_address_without_a_domain_is_refused" {
  command = plan
  variables {
    alarm_emails = ["ops"]
  }
  expect_failures = [var.alarm_emails]
}

run "a_key_by_its_alias_is_refused" {
  command = plan
  variables {
    kms_key_arn = "alias/skep"
  }
  expect_failures = [var.kms_key_arn]
}

run "a_name_with_capitals_is_refused" {
  command = plan
  variables {
    name = "Skep"
  }
  expect_failures = [var.name]
}

run "a_threshold_of_nothing_is_refused" {
  command = plan
  variables {
    thresholds = { error_percent = 0 }
  }
  expect_failures = [var.thresholds]
}
