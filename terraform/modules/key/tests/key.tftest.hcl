mock_provider "aws" {
  source = "../../mocks"
}

variables {
  account_id  = "111111111111"
  description = "Skep's test data"
  name        = "skep-test"
  statements = [{
    Sid       = "Logs"
    Effect    = "Allow"
    Principal = { Service = "logs.eu-west-1.amazonaws.com" }
    Action    = ["kms:Decrypt"]
    Resource  = "*"
  }]
}

run "the_key_rotates_and_its_account_rules_it" {
  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.deletion_window_in_days == 30
    error_message = "The key must rotate, and be there for a month after somebody deletes it."
  }
  assert {
    condition = [for one in jsondecode(aws_kms_key.this.policy).Statement : one.Principal] == [
      { AWS = "arn:aws:iam::111111111111:root" }, { Service = "logs.eu-west-1.amazonaws.com" },
    ]
    error_message = "The account comes first, then whom the caller names."
  }
  assert {
    condition     = !strcontains(aws_kms_key.this.policy, ":*\"]") && !strcontains(aws_kms_key.this.policy, "kms:*")
    error_message = "No statement may allow every action."
  }
}

run "a_key_for_everybody_is_refused" {
  command = plan
  variables {
    statements = [{ Sid = "All", Effect = "Allow", Principal = "*", Action = ["kms:Decrypt"], Resource = "*" }]
  }
  expect_failures = [var.statements]
}

run "a_short_account_id_is_refused" {
  command = plan
  variables {
    account_id = "1111"
  }
  expect_failures = [var.account_id]
}

run "a_name_with_capitals_is_refused" {
  command = plan
  variables {
    name = "Skep"
  }
  expect_failures = [var.name]
}
