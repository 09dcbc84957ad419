# A queue for each reader, with a dead-letter queue of its own: work calls automations, keys calls key_sync.

locals {
  readers = { work = var.automations, keys = var.key_sync }
  # The queues know their readers by this alone: a function is told its queue, so it can't come before.
  timeouts = { work = var.timeouts_seconds.automations, keys = var.timeouts_seconds.key_sync }

  most_receives     = 3
  fourteen_days     = 14 * 24 * 3600
  twelve_hours      = 12 * 3600
  visibility        = { for name, seconds in local.timeouts : name => min(6 * seconds, local.twelve_hours) }
  dead_letter_names = merge({ for name in keys(local.timeouts) : name => "${var.name}-${name}-dead" }, { schedules = "${var.name}-schedules-dead" })
  queues            = merge(aws_sqs_queue.this, { for name, queue in aws_sqs_queue.dead : "${name}-dead" => queue })
}

# What was tried in vain. The longest that SQS keeps anything, so that nobody has to look on a Sunday.
resource "aws_sqs_queue" "dead" {
  for_each = local.dead_letter_names

  name                      = each.value
  message_retention_seconds = local.fourteen_days
  kms_master_key_id         = var.kms_key_arn
}

resource "aws_sqs_queue" "this" {
  for_each = local.timeouts

  name = "${var.name}-${each.key}"
  # Six times what the reader may take, as Lambda advises: its own tries under throttling count too.
  visibility_timeout_seconds = local.visibility[each.key]
  # Less than a dead letter is kept, whose age counts from when it was first sent.
  message_retention_seconds = 4 * 24 * 3600
  receive_wait_time_seconds = 20
  kms_master_key_id         = var.kms_key_arn
  redrive_policy            = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn, maxReceiveCount = local.most_receives })
}

# The dead letters of schedules come from no queue, but from Scheduler and Lambda.
resource "aws_sqs_queue_redrive_allow_policy" "dead" {
  for_each = aws_sqs_queue.dead

  queue_url = each.value.url
  redrive_allow_policy = jsonencode(merge(
    { redrivePermission = each.key == "schedules" ? "denyAll" : "byQueue" },
    each.key == "schedules" ? {} : { sourceQueueArns = [aws_sqs_queue.this[each.key].arn] },
  ))
}

# Who may do what stands in the roles. This only refuses what comes unencrypted.
resource "aws_sqs_queue_policy" "tls" {
  for_each = local.queues

  queue_url = each.value.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyByTls"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = "sqs:*"
      Resource  = each.value.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_iam_role_policy" "reader" {
  for_each = local.readers

  name = "queue"
  role = each.value.role_name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadQueue"
        Effect   = "Allow"
        Action   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        Resource = [aws_sqs_queue.this[each.key].arn]
      },
      {
        Sid       = "ReadQueueKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [var.kms_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = "sqs.${local.region}.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_lambda_event_source_mapping" "reader" {
  for_each = local.readers

  event_source_arn = aws_sqs_queue.this[each.key].arn
  function_name    = each.value.alias_arn
  # One job a call, and at once: a message's time is the function's.
  batch_size                         = 1
  maximum_batching_window_in_seconds = 0
  function_response_types            = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = each.value.maximum_concurrency
  }

  # Lambda tries at once whether the role may read.
  depends_on = [aws_iam_role_policy.reader]
}
