# The same images as ECS tasks, where `fargate` is given: no time limit, and nothing runs or costs until somebody
# starts a task. There is no Lambda to talk to, so a task runs a module of the image in place of its runtime client.
# Whoever has a job that is too long for the function stops the function first (reserved concurrency 0), or both will
# be after it.

locals {
  fargate = var.fargate == null ? {} : { this = var.fargate }
  modules = { jobs = ["services.automations"], migrations = ["services.migrations", "upgrade"] }
  tasks   = var.fargate == null ? {} : { jobs = var.fargate.jobs, migrations = var.fargate.migrations }

  task_names = { for task in keys(local.tasks) : task => "${var.name}-${task}-task" }
  images     = { for task, one in local.tasks : task => regex("^(?P<account>[0-9]+)\\.dkr\\.ecr\\.(?P<region>[a-z0-9-]+)\\.[^/]+/(?P<name>[^@]+)@", one.image_uri) }

  by_tasks = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Tasks"
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
        StringEquals = { "aws:SourceAccount" = local.account_id }
      }
    }]
  }
}

resource "aws_ecs_cluster" "this" {
  for_each = local.fargate

  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_cloudwatch_log_group" "task" {
  #checkov:skip=CKV_AWS_338: How long logs are kept differs by environment. What changed, and who did it, is in the database's change log for good.
  for_each = local.task_names

  name              = "/aws/ecs/${each.value}"
  retention_in_days = local.fargate.this.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# What the code may do. Where it stands, whoever starts a task says: the output `fargate` has it ready.
resource "aws_iam_role" "task" {
  for_each = local.task_names

  name                 = each.value
  description          = "Skep's ${each.key}, as an ECS task runs them"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = jsonencode(local.by_tasks)
}

resource "aws_iam_role_policy" "task" {
  for_each = local.task_names

  name   = "service"
  role   = aws_iam_role.task[each.key].name
  policy = local.tasks[each.key].policy
}

# What ECS does before the code runs.
resource "aws_iam_role" "start" {
  for_each = local.task_names

  name                 = "${each.value}-start"
  description          = "ECS, as it fetches the image of ${each.value} and opens its log"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = jsonencode(local.by_tasks)
}

resource "aws_iam_role_policy" "start" {
  for_each = local.task_names

  name = "start"
  role = aws_iam_role.start[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Registry"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = "*" # no narrower resource: the token is the registry's, and ECR has no ARN for that
      },
      {
        Sid    = "Image"
        Effect = "Allow"
        Action = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = [
          "arn:${local.partition}:ecr:${local.images[each.key].region}:${local.images[each.key].account}:repository/${local.images[each.key].name}"
        ]
      },
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.task[each.key].arn}:*"]
      },
    ]
  })
}

resource "aws_ecs_task_definition" "this" {
  for_each = local.task_names

  family                   = each.value
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = local.tasks[each.key].cpu
  memory                   = local.tasks[each.key].memory_mb
  task_role_arn            = aws_iam_role.task[each.key].arn
  execution_role_arn       = aws_iam_role.start[each.key].arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = upper(local.fargate.this.architecture)
  }

  container_definitions = jsonencode([{
    name       = each.key
    image      = local.tasks[each.key].image_uri
    essential  = true
    entryPoint = ["/usr/local/bin/python", "-m"]
    command    = local.modules[each.key]

    readonlyRootFilesystem = true
    privileged             = false
    linuxParameters = {
      # As process 1, Python would not hear that it is to stop, nor tidy up after others.
      initProcessEnabled = true
      capabilities       = { drop = ["ALL"] }
      # Uploads and exports pass through files; a volume would be root's, and the image's user is nobody.
      tmpfs = [{ containerPath = "/tmp", size = local.tasks[each.key].tmp_mb, mountOptions = ["mode=1777", "nosuid", "nodev", "noexec"] }]
    }

    environment = [
      for name, value in merge(local.tasks[each.key].environment, { AWS_REGION = local.region }) : { name = name, value = value }
    ]

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.task[each.key].name
        "awslogs-region"        = local.region
        "awslogs-stream-prefix" = each.key
      }
    }
  }])
}
