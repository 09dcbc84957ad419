mock_provider "aws" {
  source = "../../mocks"
}

# What `make cloud` gives. The images are those of the tests' release.
variables {
  api_id            = "0123abcd"
  architecture      = "x86_64"
  endpoint          = "http://127.0.0.1:4566"
  extra_environment = { customers = { SKEP_DATABASE_IAM_REGION = "" } }
  release           = { name = "local-0123456789ab", revision = "0123456789abcdef0123456789abcdef01234567" }
  release_file      = "../../../tests/terraform/release.json"
}

run "every_image_is_a_function" {
  assert {
    condition     = toset(keys(output.functions)) == toset(keys(jsondecode(file(var.release_file))))
    error_message = "Every image is a function."
  }
}

run "what_is_no_emulator" {
  command = plan
  variables {
    api_id       = "UPPER"
    architecture = "riscv"
    endpoint     = "https://sqs.eu-west-1.amazonaws.com"
  }
  expect_failures = [var.api_id, var.architecture, var.endpoint]
}
