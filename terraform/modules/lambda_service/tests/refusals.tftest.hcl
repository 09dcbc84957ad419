# Values that are refused, each by the variable that it is wrong for.
mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                     = "skep-dev"
  service                  = "customers"
  kind                     = "api"
  image_uri                = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/skep/customers@sha256:0000000000000000000000000000000000000000000000000000000000000001"
  architecture             = "arm64"
  memory_mb                = 512
  timeout_seconds          = 25
  environment              = {}
  subnet_ids               = []
  security_group_ids       = []
  reserved_concurrency     = 5
  kms_key_arn              = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  log_retention_days       = 30
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/skep-boundary"
}

run "an_image_by_tag_and_a_limit_of_none" {
  command = plan

  variables {
    image_uri            = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/skep/customers:release-1"
    reserved_concurrency = -1
    timeout_seconds      = 10
  }

  expect_failures = [var.image_uri, var.reserved_concurrency, var.timeout_seconds]
}

run "a_tag_beside_a_digest_and_a_function_that_never_runs" {
  command = plan

  variables {
    image_uri            = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/skep/customers:release-1@sha256:0000000000000000000000000000000000000000000000000000000000000001"
    reserved_concurrency = 0
    timeout_seconds      = 29
  }

  expect_failures = [var.image_uri, var.reserved_concurrency, var.timeout_seconds]
}

run "words_that_lambda_has_not" {
  command = plan

  variables {
    architecture       = "amd64"
    kind               = "batch"
    log_retention_days = 31
    memory_mb          = 64
    asynchronous       = { retries = 3 }
    name               = "Skep"
  }

  expect_failures = [var.architecture, var.kind, var.log_retention_days, var.memory_mb, var.asynchronous, var.name]
}

run "a_web_service_that_outlives_the_gateway" {
  command = plan

  variables {
    image_uri                = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/skep/customers@sha256:0123"
    kind                     = "web"
    timeout_seconds          = 30
    kms_key_arn              = "alias/skep"
    permissions_boundary_arn = "arn:aws:iam::111111111111:role/skep"
  }

  expect_failures = [var.image_uri, var.timeout_seconds, var.kms_key_arn, var.permissions_boundary_arn]
}

run "a_worker_that_outlives_lambda" {
  command = plan

  variables {
    kind            = "worker"
    timeout_seconds = 901
    asynchronous    = { max_age_seconds = 86400 }
    service         = "key-sync"
  }

  expect_failures = [var.timeout_seconds, var.asynchronous, var.service]
}

run "snapshots_of_what_is_kept_warm" {
  command = plan

  variables {
    snapstart               = true
    provisioned_concurrency = 1
    asynchronous            = { failure_queue_arn = "arn:aws:sns:eu-west-1:111111111111:topic" }
  }

  expect_failures = [var.provisioned_concurrency, var.asynchronous]
}

run "more_kept_warm_than_may_run" {
  command = plan

  variables {
    provisioned_concurrency = 6
    security_group_ids      = ["sg-0123456789abcdef0"]
    environment             = { LONG = format("%04096d", 0) }
  }

  expect_failures = [var.provisioned_concurrency, var.security_group_ids, var.environment]
}

run "a_snapshot_of_a_large_tmp" {
  command = plan

  variables {
    snapstart            = true
    ephemeral_storage_mb = 1024
    subnet_ids           = ["subnet-0123456789abcdef0"]
    environment          = { AWS_SECRET_ACCESS_KEY = "0" }
  }

  expect_failures = [var.snapstart, var.security_group_ids, var.environment]
}

run "a_name_that_is_none" {
  command = plan

  variables {
    environment          = { "SKEP-RELEASE" = "1" }
    service              = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    ephemeral_storage_mb = 256
  }

  expect_failures = [var.environment, var.service, var.ephemeral_storage_mb]
}

run "every_action" {
  command = plan

  variables {
    statements = [{ Sid = "One", Effect = "Allow", Action = "*", Resource = "arn:aws:sqs:::queue" }]
  }

  expect_failures = [var.statements]
}

run "every_action_of_a_service" {
  command = plan

  variables {
    statements = [{ Sid = "One", Effect = "Allow", Action = ["sqs:SendMessage", "s3:*"], Resource = "arn:aws:sqs:::queue" }]
  }

  expect_failures = [var.statements]
}

run "every_resource" {
  command = plan

  variables {
    statements = [{ Sid = "One", Effect = "Allow", Action = "sqs:SendMessage", Resource = ["*"] }]
  }

  expect_failures = [var.statements]
}

run "a_statement_without_a_resource" {
  command = plan

  variables {
    statements = [{ Sid = "One", Effect = "Allow", Action = "sqs:SendMessage" }]
  }

  expect_failures = [var.statements]
}
