mock_provider "aws" {
  source = "../../mocks"
}

# What a release brings; everything else is terraform.tfvars'.
variables {
  release      = { name = "2026.11.1", revision = "0123456789abcdef0123456789abcdef01234567" }
  release_file = "../../../tests/terraform/release.json"
}

run "the_environment_stands_as_its_values_say" {
  assert {
    condition     = toset(keys(output.functions)) == toset(keys(jsondecode(file(var.release_file))))
    error_message = "Every image of the release is a function."
  }
  assert {
    condition     = alltrue([for one in output.functions : startswith(one.function_name, "skep-production-") && one.alias_name == "live"])
    error_message = "Names begin with skep-production, and callers come by the alias."
  }
  assert {
    condition     = (output.database.read_address != null) == (var.database.replicas > 0)
    error_message = "There is an address to read from where there is a replica."
  }
  assert {
    condition     = var.database.multi_az && var.database.backup_days >= 35 && var.database.deletion_protection && var.database.proxy && var.waf
    error_message = "Production has a standby, 35 days of backups, a proxy, a firewall, and can't be deleted."
  }
}

run "values_of_another_environment" {
  command = plan
  variables {
    account_id      = "111111111111"
    cidr            = "10.10.0.0/16"
    environment     = "dev"
    domain          = { name = "crm-dev.example.com", certificate_arn = "arn:aws:acm:eu-west-1:111111111111:certificate/a", zone_id = "Z1" }
    iam_caller_arns = ["arn:aws:iam::111111111111:role/billing"]
  }
  expect_failures = [var.account_id, var.cidr, var.domain, var.environment, var.iam_caller_arns]
}

run "a_release_that_is_not_there" {
  command = plan
  variables {
    release_file = "../../../tests/terraform/no-such-release.json"
  }
  expect_failures = [var.release_file]
}
