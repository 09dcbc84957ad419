# Each line of `variables` is wrong in its own way, and `expect_failures` names all of them: one plan for many refusals. Two
# wrong values of one variable need two runs; so does a value that another rule asks for.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  account_id  = "111111111111"
  region      = "eu-west-1"
  environment = "dev"
  cidr        = "10.10.0.0/16"
  zones       = ["eu-west-1a", "eu-west-1b"]
  release     = { name = "2026.11.1", revision = "0123456789abcdef0123456789abcdef01234567" }
  images = {
    for service in ["accounts", "automations", "customers", "forms", "key_sync", "migrations", "reports", "sales", "workspace"] :
    service => "111111111111.dkr.ecr.eu-west-1.amazonaws.com/skep/${service}@sha256:${sha256(service)}"
  }
  database = {
    engine              = "rds"
    instance_class      = "db.t4g.micro"
    storage_gb          = 20
    max_storage_gb      = 50
    max_connections     = 112
    multi_az            = false
    backup_days         = 7
    deletion_protection = false
    proxy               = false
    replicas            = 0
  }
  service_concurrency = 10
  throttle            = { rate = 100, burst = 200 }
  usage_plans         = { clients = { rate = 50, burst = 100 } }
  waf                 = false
  alarm_emails        = []
}

run "values_that_are_wrong_by_themselves" {
  command = plan
  variables {
    account_id                    = "11111111111"
    alarm_emails                  = ["somebody"]
    architecture                  = "riscv"
    cidr                          = "52.95.0.0/16"
    currency                      = "usd"
    features                      = ["fax"]
    iam_caller_arns               = ["arn:aws:iam::111111111111:role/*"]
    log_retention_days            = 31
    region                        = "eu-west-1a"
    release                       = { name = "one", revision = "main" }
    rollout                       = "blue"
    service_concurrency           = -1
    service_concurrency_overrides = { nobody = 1 }
    snapstart                     = ["nobody"]
    throttle                      = { rate = 0, burst = 1 }
    usage_plans                   = { partners = { rate = 1, burst = 1 } }
    waf_rate                      = 1
    # By tag:
    images = {
      for service in ["accounts", "automations", "customers", "forms", "key_sync", "migrations", "reports", "sales", "workspace"] :
      service => "111111111111.dkr.ecr.eu-west-1.amazonaws.com/skep/${service}:latest"
    }
  }
  expect_failures = [
    var.account_id, var.alarm_emails, var.architecture, var.cidr, var.currency, var.features, var.iam_caller_arns,
    var.images, var.log_retention_days, var.region, var.release, var.rollout, var.service_concurrency,
    var.service_concurrency_overrides, var.snapstart, var.throttle, var.usage_plans, var.waf_rate,
  ]
}

run "a_service_without_image_and_other_wrong_values" {
  command = plan
  variables {
    domain                  = { name = "https://crm.example.com", certificate_arn = "arn:aws:acm:eu-west-1:111111111111:certificate/a", zone_id = "Z1" }
    extra_environment       = { sales = { A = "only in the emulator" } }
    features                = ["mail"]
    provisioned_concurrency = { sales = 1 } # with rollout = "canary", which means weights
    zones                   = ["us-east-1a", "us-east-1b"]
    images = {
      for service in ["accounts", "automations", "customers", "forms", "key_sync", "migrations", "reports", "sales"] :
      service => "111111111111.dkr.ecr.eu-west-1.amazonaws.com/skep/${service}@sha256:${sha256(service)}"
    }
  }
  expect_failures = [
    var.domain, var.extra_environment, var.features, var.images, var.provisioned_concurrency, var.zones,
  ]
}

run "an_image_without_service_and_other_wrong_values" {
  command = plan
  variables {
    domain                  = { name = "crm.example.com", certificate_arn = "arn:aws:acm:us-east-1:111111111111:certificate/a", zone_id = "Z1" }
    environment             = "Dev"
    features                = ["oidc"]
    provisioned_concurrency = { automations = 1 } # no request reaches it
    rollout                 = "at_once"
    zones                   = ["eu-west-1a", "eu-west-1a"]
    images = {
      for service in ["accounts", "automations", "customers", "forms", "key_sync", "migrations", "other", "reports", "sales", "workspace"] :
      service => "111111111111.dkr.ecr.eu-west-1.amazonaws.com/skep/${service}@sha256:${sha256(service)}"
    }
  }
  expect_failures = [
    var.domain, var.environment, var.features, var.images, var.provisioned_concurrency, var.zones,
  ]
}

run "more_connections_than_the_database_takes_and_two_kinds_of_quick_starts" {
  command = plan
  variables {
    features                = ["webhooks"]
    provisioned_concurrency = { sales = 1 }
    rollout                 = "at_once"
    service_concurrency     = 16
    snapstart               = ["sales"]
  }
  expect_failures = [var.database, var.features, var.provisioned_concurrency]
}

run "more_kept_warm_than_may_run" {
  command = plan
  variables {
    provisioned_concurrency = { sales = 11 }
    rollout                 = "at_once"
  }
  expect_failures = [var.provisioned_concurrency]
}

run "half_a_request" {
  command = plan
  variables {
    service_concurrency           = 1.5
    service_concurrency_overrides = { sales = 0.5 }
  }
  expect_failures = [var.service_concurrency, var.service_concurrency_overrides]
}

run "production_without_standby_firewall_and_anybody_who_hears_alarms" {
  command = plan
  variables {
    environment  = "production"
    waf          = false
    alarm_emails = []
    database = {
      engine   = "rds", instance_class = "db.m7g.large", storage_gb = 100, max_storage_gb = 1000, max_connections = 800
      multi_az = false, backup_days = 35, deletion_protection = true, proxy = true, replicas = 1
    }
  }
  expect_failures = [var.alarm_emails, var.database, var.waf]
}

run "production_with_a_month_of_backups" {
  command = plan
  variables {
    environment  = "production"
    waf          = true
    alarm_emails = ["a@example.com"]
    database = {
      engine   = "rds", instance_class = "db.m7g.large", storage_gb = 100, max_storage_gb = 1000, max_connections = 800
      multi_az = true, backup_days = 30, deletion_protection = true, proxy = true, replicas = 1
    }
  }
  expect_failures = [var.database]
}

run "production_that_can_be_deleted" {
  command = plan
  variables {
    environment  = "production"
    waf          = true
    alarm_emails = ["a@example.com"]
    database = {
      engine   = "rds", instance_class = "db.m7g.large", storage_gb = 100, max_storage_gb = 1000, max_connections = 800
      multi_az = true, backup_days = 35, deletion_protection = false, proxy = true, replicas = 1
    }
  }
  expect_failures = [var.database]
}

run "replicas_with_a_managed_password" {
  command = plan
  variables {
    environment  = "production"
    waf          = true
    alarm_emails = ["a@example.com"]
    database = {
      engine                 = "rds", instance_class = "db.m7g.large", storage_gb = 100, max_storage_gb = 1000, max_connections = 800
      multi_az               = true, backup_days = 35, deletion_protection = true, proxy = true, replicas = 1
      manage_master_password = true
    }
  }
  expect_failures = [var.database]
}

run "an_unknown_engine" {
  command = plan
  variables {
    environment  = "production"
    waf          = true
    alarm_emails = ["a@example.com"]
    database = {
      engine   = "mysql", instance_class = "db.m7g.large", storage_gb = 100, max_storage_gb = 1000, max_connections = 800
      multi_az = true, backup_days = 35, deletion_protection = true, proxy = true, replicas = 1
    }
  }
  expect_failures = [var.database]
}
