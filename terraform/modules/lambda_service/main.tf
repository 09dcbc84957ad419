# One service as a Lambda function: its image by digest, a version for each change, and the alias `live` that all
# callers name. Who owns what: the image, its size and its rights are Terraform's; which version `live` points at, and
# with what weights, is the promotion tool's.

locals {
  function_name = "${var.name}-${replace(var.service, "_", "-")}"
  in_vpc        = length(var.subnet_ids) > 0
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116: What nobody waits for goes to the destination in aliases.tf; requests and queues have callers that hear of a failure.
  #checkov:skip=CKV_AWS_117: Services without a database reach AWS's control plane, which has no endpoint in a VPC.
  #checkov:skip=CKV_AWS_272: Code signing is for zip files alone. Images are named by digest, and their signature is checked before a plan.

  function_name = local.function_name
  description   = "Skep's ${var.service}"
  role          = aws_iam_role.this.arn

  package_type  = "Image"
  image_uri     = var.image_uri
  architectures = [var.architecture]
  memory_size   = var.memory_mb
  timeout       = var.timeout_seconds
  # A version for each change: aliases point at versions, so that going back is a matter of seconds.
  publish = true

  reserved_concurrent_executions = var.reserved_concurrency
  kms_key_arn                    = var.kms_key_arn

  # Otherwise a destroyed function's network interfaces hold its security group for up to 40 minutes.
  replace_security_groups_on_destroy = local.in_vpc ? true : null

  environment {
    variables = var.environment
  }

  ephemeral_storage {
    size = var.ephemeral_storage_mb
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = "INFO"
    system_log_level      = "INFO"
    log_group             = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  dynamic "snap_start" {
    for_each = var.snapstart ? ["PublishedVersions"] : []

    content {
      apply_on = snap_start.value
    }
  }

  dynamic "vpc_config" {
    for_each = local.in_vpc ? [true] : []

    content {
      subnet_ids         = var.subnet_ids
      security_group_ids = var.security_group_ids
    }
  }

  lifecycle {
    postcondition {
      condition     = can(regex("^[1-9][0-9]*$", self.version))
      error_message = "${self.function_name} has no published version (${self.version}), and an alias of $LATEST changes under its callers."
    }
  }

  # Rights come first and go last: Lambda still needs them to take the network interfaces away.
  depends_on = [aws_iam_role_policy.this]
}
