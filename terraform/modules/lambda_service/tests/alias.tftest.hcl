# The alias belongs to the promotion tool after it was made. Runs share their state, so the second is a second apply.
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

run "a_first_apply_publishes_version_1" {
  assert {
    condition     = aws_lambda_alias.live.function_version == "1"
    error_message = "The alias must begin somewhere."
  }
}

run "another_image_leaves_the_alias_where_it_is" {
  variables {
    image_uri = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/skep/customers@sha256:0000000000000000000000000000000000000000000000000000000000000002"
  }

  # A mocked function keeps its version until it is made anew.
  plan_options {
    replace = [aws_lambda_function.this]
  }

  override_resource {
    target = aws_lambda_function.this
    values = { version = "2" }
  }

  assert {
    condition     = endswith(aws_lambda_function.this.image_uri, "2") && output.version == "2"
    error_message = "The function must have the new image, and a version of it."
  }
  assert {
    condition     = aws_lambda_alias.live.function_version == "1"
    error_message = "Only a promotion moves the alias."
  }
}
