mock_provider "aws" {
  source = "../../mocks"
}

variables {
  account_id   = "111111111111"
  region       = "eu-west-1"
  environments = ["dev"]
  jenkins = {
    issuer        = "https://jenkins.example.com/oidc"
    audience      = "sts.amazonaws.com"
    plan_jobs     = ["https://jenkins.example.com/job/skep/job/main/"]
    promotion_job = "https://jenkins.example.com/job/promote/"
  }
  registry = {
    account_id      = "999999999999"
    key_arn         = "arn:aws:kms:eu-west-1:999999999999:key/11111111-1111-4111-8111-111111111111"
    releases_bucket = "skep-releases-999999999999"
    signing_key_arn = "arn:aws:kms:eu-west-1:999999999999:key/22222222-2222-4222-8222-222222222222"
  }
}

run "production_beside_another_environment" {
  command = plan
  variables {
    environments = ["dev", "production"]
  }
  expect_failures = [var.environments]
}

run "an_environment_that_would_own_jenkins_roles" {
  command = plan
  variables {
    environments = ["jenkins"]
  }
  expect_failures = [var.environments]
}

run "an_environment_with_capitals" {
  command = plan
  variables {
    environments = ["Dev"]
  }
  expect_failures = [var.environments]
}

run "a_job_by_wildcard" {
  command = plan
  variables {
    jenkins = { issuer = "https://jenkins.example.com/oidc", audience = "aws", plan_jobs = ["https://jenkins.example.com/job/*"], promotion_job = "https://jenkins.example.com/job/promote/" }
  }
  expect_failures = [var.jenkins]
}

run "a_job_that_plans_every_commit_and_promotes" {
  command = plan
  variables {
    jenkins = { issuer = "https://jenkins.example.com/oidc", audience = "aws", plan_jobs = ["https://jenkins.example.com/job/a/"], promotion_job = "https://jenkins.example.com/job/a/" }
  }
  expect_failures = [var.jenkins]
}

run "a_job_that_looks_for_drift_and_promotes" {
  command = plan
  variables {
    jenkins = { issuer = "https://jenkins.example.com/oidc", audience = "aws", plan_jobs = [], promotion_job = "https://jenkins.example.com/job/a/", drift_job = "https://jenkins.example.com/job/a/" }
  }
  expect_failures = [var.jenkins]
}

run "a_job_that_delivers_by_wildcard" {
  command = plan
  variables {
    jenkins = { issuer = "https://jenkins.example.com/oidc", audience = "aws", plan_jobs = [], promotion_job = "https://jenkins.example.com/job/promote/", delivery_job = "https://jenkins.example.com/job/*/" }
  }
  expect_failures = [var.jenkins]
}

run "a_delivery_to_production_without_being_asked" {
  command = plan
  variables {
    environments = ["production"]
    jenkins      = { issuer = "https://jenkins.example.com/oidc", audience = "aws", plan_jobs = [], promotion_job = "https://jenkins.example.com/job/promote/", delivery_job = "https://jenkins.example.com/job/main/" }
  }
  expect_failures = [var.jenkins]
}

run "an_issuer_without_tls" {
  command = plan
  variables {
    jenkins = { issuer = "http://jenkins.example.com/oidc", audience = "aws", plan_jobs = [], promotion_job = "https://jenkins.example.com/job/promote/" }
  }
  expect_failures = [var.jenkins]
}

run "an_account_of_eleven_digits" {
  command = plan
  variables {
    account_id = "11111111111"
  }
  expect_failures = [var.account_id]
}

run "a_region_that_is_a_zone" {
  command = plan
  variables {
    region = "eu-west-1a"
  }
  expect_failures = [var.region]
}

run "a_zones_name_in_place_of_its_id" {
  command = plan
  variables {
    zone_ids = ["example.com"]
  }
  expect_failures = [var.zone_ids]
}

run "a_key_of_another_account_than_the_registrys" {
  command = plan
  variables {
    registry = {
      account_id      = "999999999999"
      key_arn         = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
      releases_bucket = "skep-releases-999999999999"
      signing_key_arn = "arn:aws:kms:eu-west-1:999999999999:key/22222222-2222-4222-8222-222222222222"
    }
  }
  expect_failures = [var.registry]
}

run "a_registry_without_an_account" {
  command = plan
  variables {
    registry = {
      account_id      = "registry"
      key_arn         = "arn:aws:kms:eu-west-1:registry:key/11111111-1111-4111-8111-111111111111"
      releases_bucket = "skep-releases-999999999999"
      signing_key_arn = "arn:aws:kms:eu-west-1:registry:key/22222222-2222-4222-8222-222222222222"
    }
  }
  expect_failures = [var.registry]
}
