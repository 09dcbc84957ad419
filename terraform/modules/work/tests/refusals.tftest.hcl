# Values that are refused, each by the variable that it is wrong for.
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

run "names_that_are_none" {
  command = plan

  variables {
    name                     = "Skep"
    kms_key_arn              = "alias/skep"
    permissions_boundary_arn = "skep-boundary"
    cors_origins             = ["*"]
    files_days               = 0
  }

  expect_failures = [var.name, var.kms_key_arn, var.permissions_boundary_arn, var.cors_origins, var.files_days]
}

run "a_function_in_place_of_its_alias" {
  command = plan

  variables {
    cors_origins = ["http://skep.example"]
    automations  = { alias_arn = "arn:aws:lambda:eu-west-1:111111111111:function:skep-dev-automations", role_name = "skep-dev-automations", timeout_seconds = 900 }
    key_sync     = { alias_arn = "arn:aws:lambda:eu-west-1:111111111111:function:skep-dev-automations", role_name = "skep-dev-key-sync", timeout_seconds = 300 }
  }

  expect_failures = [var.automations, var.key_sync, var.cors_origins]
}

run "fewer_at_once_than_lambda_takes" {
  command = plan

  variables {
    cors_origins = ["https://skep.example/forms"]
    automations  = { alias_arn = "arn:aws:lambda:eu-west-1:111111111111:function:skep-dev-automations:live", role_name = "skep-dev-automations", timeout_seconds = 900, maximum_concurrency = 1 }
    key_sync     = { alias_arn = "arn:aws:lambda:eu-west-1:111111111111:function:skep-dev-automations:live", role_name = "skep-dev-key-sync", timeout_seconds = 300, maximum_concurrency = 1 }
  }

  expect_failures = [var.automations, var.key_sync, var.cors_origins]
}

run "more_messages_at_once_than_environments" {
  command = plan

  variables {
    automations = { alias_arn = "arn:aws:lambda:eu-west-1:111111111111:function:skep-dev-automations:live", role_name = "skep-dev-automations", timeout_seconds = 900, reserved_concurrency = 2 }
    key_sync    = { alias_arn = "arn:aws:lambda:eu-west-1:111111111111:function:skep-dev-automations:live", role_name = "skep-dev-key-sync", timeout_seconds = 300, reserved_concurrency = 1 }
  }

  expect_failures = [var.automations, var.key_sync]
}

run "tasks_for_a_processor_that_fargate_has_not" {
  command = plan

  variables {
    fargate = {
      architecture       = "amd64"
      log_retention_days = 30
      security_group_ids = ["sg-0123456789abcdef0"]
      subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
      jobs = {
        environment = { SKEP_FILES_BUCKET = "skep-dev-files" }
        image_uri   = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/skep/automations@sha256:0000000000000000000000000000000000000000000000000000000000000001"
        policy      = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "Database", Effect = "Allow", Action = ["rds-db:connect"], Resource = ["arn:aws:rds-db:eu-west-1:111111111111:dbuser:db-1/skep_job"] }] })
      }
      migrations = {
        environment = {}
        image_uri   = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/skep/migrations@sha256:0000000000000000000000000000000000000000000000000000000000000002"
        policy      = jsonencode({ Version = "2012-10-17", Statement = [] })
      }
    }
  }

  expect_failures = [var.fargate]
}

run "tasks_of_an_image_by_tag" {
  command = plan

  variables {
    fargate = {
      architecture       = "arm64"
      log_retention_days = 30
      security_group_ids = ["sg-0123456789abcdef0"]
      subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
      jobs = {
        environment = { SKEP_FILES_BUCKET = "skep-dev-files" }
        image_uri   = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/skep/automations:release-1"
        policy      = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "Database", Effect = "Allow", Action = ["rds-db:connect"], Resource = ["arn:aws:rds-db:eu-west-1:111111111111:dbuser:db-1/skep_job"] }] })
      }
      migrations = {
        environment = {}
        image_uri   = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/skep/migrations@sha256:0000000000000000000000000000000000000000000000000000000000000002"
        policy      = jsonencode({ Version = "2012-10-17", Statement = [] })
      }
    }
  }

  expect_failures = [var.fargate]
}

run "tasks_outside_the_vpc" {
  command = plan

  variables {
    fargate = {
      architecture       = "arm64"
      log_retention_days = 30
      security_group_ids = ["sg-0123456789abcdef0"]
      subnet_ids         = []
      jobs = {
        environment = { SKEP_FILES_BUCKET = "skep-dev-files" }
        image_uri   = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/skep/automations@sha256:0000000000000000000000000000000000000000000000000000000000000001"
        policy      = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "Database", Effect = "Allow", Action = ["rds-db:connect"], Resource = ["arn:aws:rds-db:eu-west-1:111111111111:dbuser:db-1/skep_job"] }] })
      }
      migrations = {
        environment = {}
        image_uri   = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/skep/migrations@sha256:0000000000000000000000000000000000000000000000000000000000000002"
        policy      = jsonencode({ Version = "2012-10-17", Statement = [] })
      }
    }
  }

  expect_failures = [var.fargate]
}

run "a_tmp_that_leaves_no_memory" {
  command = plan

  variables {
    fargate = {
      architecture       = "arm64"
      log_retention_days = 30
      security_group_ids = ["sg-0123456789abcdef0"]
      subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
      jobs = {
        environment = { SKEP_FILES_BUCKET = "skep-dev-files" }
        image_uri   = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/skep/automations@sha256:0000000000000000000000000000000000000000000000000000000000000001"
        policy      = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "Database", Effect = "Allow", Action = ["rds-db:connect"], Resource = ["arn:aws:rds-db:eu-west-1:111111111111:dbuser:db-1/skep_job"] }] })
      }
      migrations = {
        environment = {}
        image_uri   = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/skep/migrations@sha256:0000000000000000000000000000000000000000000000000000000000000002"
        policy      = jsonencode({ Version = "2012-10-17", Statement = [] })
        tmp_mb      = 512
      }
    }
  }

  expect_failures = [var.fargate]
}

run "rights_that_are_no_policy" {
  command = plan

  variables {
    fargate = {
      architecture       = "arm64"
      log_retention_days = 30
      security_group_ids = ["sg-0123456789abcdef0"]
      subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
      jobs = {
        environment = { SKEP_FILES_BUCKET = "skep-dev-files" }
        image_uri   = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/skep/automations@sha256:0000000000000000000000000000000000000000000000000000000000000001"
        policy      = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "Database", Effect = "Allow", Action = ["rds-db:connect"], Resource = ["arn:aws:rds-db:eu-west-1:111111111111:dbuser:db-1/skep_job"] }] })
      }
      migrations = {
        environment = {}
        image_uri   = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/skep/migrations@sha256:0000000000000000000000000000000000000000000000000000000000000002"
        policy      = "administrator"
      }
    }
  }

  expect_failures = [var.fargate]
}
