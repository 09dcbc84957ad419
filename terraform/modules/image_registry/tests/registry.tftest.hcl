mock_provider "aws" {
  source = "../../mocks"
}

variables {
  kms_key_arn      = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  pull_account_ids = ["222222222222", "333333333333"]
  services         = ["customers", "key_sync"]
}

run "each_service_has_a_repository_whose_tags_stay_where_they_are" {
  assert {
    condition     = { for service, one in aws_ecr_repository.this : service => one.name } == { customers = "skep/customers", key_sync = "skep/key-sync" }
    error_message = "A repository is named after its service, with hyphens."
  }
  assert {
    condition = alltrue([
      for one in aws_ecr_repository.this : one.image_tag_mutability == "IMMUTABLE" && one.image_scanning_configuration[0].scan_on_push &&
      one.encryption_configuration[0].encryption_type == "KMS" && one.encryption_configuration[0].kms_key == var.kms_key_arn && !one.force_delete
    ])
    error_message = "Tags must be immutable, images scanned and encrypted with our key, and no image go with its repository."
  }
  assert {
    condition     = keys(output.repository_urls) == ["customers", "key_sync"] && keys(output.repository_arns) == ["customers", "key_sync"]
    error_message = "Outputs are by service."
  }
}

run "only_lambda_for_functions_of_ours_and_our_accounts_may_pull" {
  assert {
    condition = alltrue([
      for one in aws_ecr_repository_policy.this : jsondecode(one.policy).Statement[0].Condition == {
        ArnLike = {
          "aws:SourceArn" = [
            "arn:aws:lambda:eu-west-1:222222222222:function:skep-*",
            "arn:aws:lambda:eu-west-1:333333333333:function:skep-*",
          ]
        }
      }
    ])
    error_message = "Lambda may pull for functions of these accounts alone, and of these names."
  }
  assert {
    condition = (
      jsondecode(aws_ecr_repository_policy.this["customers"].policy).Statement[1].Principal.AWS ==
      ["arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:root"]
    )
    error_message = "Whoever makes the function must be able to name its image."
  }
  assert {
    condition = alltrue(flatten([
      for one in aws_ecr_repository_policy.this : [
        for statement in jsondecode(one.policy).Statement : [
          for action in statement.Action :
          contains(["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], action)
        ]
      ]
    ]))
    error_message = "Nobody gets more than the right to pull."
  }
}

run "an_image_that_was_ever_tagged_is_never_expired" {
  assert {
    condition = alltrue(flatten([
      for one in aws_ecr_lifecycle_policy.this : [
        for rule in jsondecode(one.policy).rules : rule.selection.tagStatus == "untagged" && rule.selection.countType == "sinceImagePushed"
      ]
    ]))
    error_message = "A rule over tagged images, or over numbers of them, can delete what a function runs."
  }
  assert {
    condition     = keys(aws_ecr_lifecycle_policy.this) == ["customers", "key_sync"]
    error_message = "Each repository has the rule."
  }
}

run "wrong_values" {
  command = plan

  variables {
    kms_key_arn      = "alias/skep"
    prefix           = "Skep"
    pull_account_ids = ["2222"]
    services         = ["key-sync"]
    untagged_days    = 1
  }

  expect_failures = [var.kms_key_arn, var.prefix, var.pull_account_ids, var.services, var.untagged_days]
}

run "nobody_and_nothing" {
  command = plan

  variables {
    pull_account_ids = []
    services         = []
  }

  expect_failures = [var.pull_account_ids, var.services]
}
