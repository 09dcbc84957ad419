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

run "jobs_and_migrations_run_as_tasks" {
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
      }
    }
  }

  assert {
    condition = { for name, one in aws_ecs_task_definition.this : name => [jsondecode(one.container_definitions)[0].entryPoint, jsondecode(one.container_definitions)[0].command] } == {
      jobs       = [["/usr/local/bin/python", "-m"], ["services.automations"]]
      migrations = [["/usr/local/bin/python", "-m"], ["services.migrations", "upgrade"]]
    }
    error_message = "A task runs a module of the image in place of Lambda's runtime client."
  }
  assert {
    condition = alltrue([
      for one in aws_ecs_task_definition.this :
      jsondecode(one.container_definitions)[0].readonlyRootFilesystem && !jsondecode(one.container_definitions)[0].privileged &&
      jsondecode(one.container_definitions)[0].linuxParameters.initProcessEnabled &&
      jsondecode(one.container_definitions)[0].linuxParameters.capabilities == { drop = ["ALL"] } &&
      jsondecode(one.container_definitions)[0].linuxParameters.tmpfs[0].containerPath == "/tmp" &&
      one.runtime_platform[0].cpu_architecture == "ARM64" && one.network_mode == "awsvpc"
    ])
    error_message = "A task has an init process, a root that can't be written, and no rights of the kernel's."
  }
  assert {
    condition = jsondecode(aws_ecs_task_definition.this["jobs"].container_definitions)[0].environment == [
      { name = "AWS_REGION", value = "eu-west-1" }, { name = "SKEP_FILES_BUCKET", value = "skep-dev-files" }
    ]
    error_message = "A task has its service's variables, and the region that Lambda would set."
  }
  assert {
    condition     = jsondecode(output.fargate.network_configuration).awsvpcConfiguration.assignPublicIp == "DISABLED"
    error_message = "A task has no public address."
  }
  assert {
    condition     = alltrue([for one in aws_cloudwatch_log_group.task : one.kms_key_id == var.kms_key_arn && one.retention_in_days == 30])
    error_message = "Tasks log into groups of their own."
  }
}

run "a_task_may_what_it_was_given_and_its_start_may_fetch_one_image" {
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
      }
    }
  }

  assert {
    condition     = aws_iam_role_policy.task["jobs"].policy == var.fargate.jobs.policy && aws_iam_role_policy.task["migrations"].policy == var.fargate.migrations.policy
    error_message = "The code's rights are those that were given."
  }
  assert {
    condition = (
      jsondecode(aws_iam_role_policy.start["jobs"].policy).Statement[1].Resource ==
      ["arn:aws:ecr:eu-west-1:222222222222:repository/skep/automations"]
    )
    error_message = "ECS fetches this image and no other, from the account that it lies in."
  }
  assert {
    condition = alltrue([
      for one in concat(values(aws_iam_role.task), values(aws_iam_role.start)) : one.permissions_boundary == var.permissions_boundary_arn &&
      jsondecode(one.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "111111111111"
    ])
    error_message = "Only ECS tasks of this account take these roles on, within the boundary."
  }
}
