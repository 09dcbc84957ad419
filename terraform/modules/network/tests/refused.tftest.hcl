# Several wrong values a run: each of the variables named must be refused, and a run takes a second.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                     = "skep-test"
  zones                    = ["eu-west-1a", "eu-west-1b"]
  nat                      = false
  kms_key_arn              = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  log_retention_days       = 30
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/skep-boundary"
}

run "values_of_a_wrong_form_are_refused" {
  command = plan

  variables {
    cidr                     = "10.0.0.1/16"           # not the block's first address
    interface_endpoints      = ["sqs", "s3"]           # S3 has its gateway, and there is no policy for another
    kms_key_arn              = "alias/skep"            # not an ARN
    log_retention_days       = 31                      # not one of CloudWatch's numbers
    name                     = "Skep_dev"              # capitals, underscore
    nat_per_zone             = true                    # without NAT
    permissions_boundary_arn = "arn:aws:iam::aws:role" # no policy
    zones                    = ["eu-west-1"]           # a region
  }
  expect_failures = [
    var.cidr,
    var.interface_endpoints,
    var.kms_key_arn,
    var.log_retention_days,
    var.name,
    var.nat_per_zone,
    var.permissions_boundary_arn,
    var.zones,
  ]
}

run "a_small_block_and_a_single_zone_are_refused" {
  command = plan

  variables {
    cidr  = "10.0.0.0/24"
    zones = ["eu-west-1a"]
  }
  expect_failures = [var.cidr, var.zones]
}

run "a_public_block_and_a_zone_twice_are_refused" {
  command = plan

  variables {
    cidr  = "8.8.0.0/16"
    zones = ["eu-west-1a", "eu-west-1a"]
  }
  expect_failures = [var.cidr, var.zones]
}
