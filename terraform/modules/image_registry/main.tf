# One repository a service, in one account for all: an image is pushed once, and the same digest goes from environment
# to environment.

locals {
  names = { for service in var.services : service => "${var.prefix}/${replace(service, "_", "-")}" }

  accounts = sort(var.pull_account_ids)

  # For a function in another account AWS asks both: Lambda itself, and whoever makes the function.
  pull = [
    {
      Sid       = "Lambda"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Condition = {
        ArnLike = {
          "aws:SourceArn" = [
            for account in local.accounts :
            "arn:${data.aws_partition.current.partition}:lambda:${data.aws_region.current.region}:${account}:function:${var.prefix}-*"
          ]
        }
      }
    },
    {
      Sid       = "Accounts"
      Effect    = "Allow"
      Principal = { AWS = [for account in local.accounts : "arn:${data.aws_partition.current.partition}:iam::${account}:root"] }
      Action    = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    },
  ]

  # A function runs a digest for as long as a version of it exists, and ECR knows nothing of functions. What was
  # pushed under a tag stays therefore, whatever its age and number: tags can't be moved, so nothing that was built
  # for a release ever loses its own. Only what has no tag goes: pushes that were broken off. Room for what stays
  # costs cents.
  lifecycle = {
    rules = [{
      rulePriority = 1
      description  = "what never had a tag goes, and nothing else"
      selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = var.untagged_days }
      action       = { type = "expire" }
    }]
  }
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

resource "aws_ecr_repository" "this" {
  for_each = local.names

  name                 = each.value
  image_tag_mutability = "IMMUTABLE"
  # A repository with images in it can't be destroyed.
  force_delete = false

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.kms_key_arn
  }

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_repository_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name
  policy     = jsonencode({ Version = "2012-10-17", Statement = local.pull })
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name
  policy     = jsonencode(local.lifecycle)
}
