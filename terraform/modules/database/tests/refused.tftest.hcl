# Several wrong values a run: each of the variables named must be refused, and a run takes a second.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                      = "skep-test"
  engine                    = "rds"
  production                = false
  vpc_id                    = "vpc-1"
  subnet_ids                = ["subnet-1", "subnet-2"]
  client_security_group_ids = { functions = "sg-functions" }
  kms_key_arn               = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  permissions_boundary_arn  = "arn:aws:iam::111111111111:policy/skep-boundary"
  instance_class            = "db.t4g.medium"
  storage_gb                = 20
  max_storage_gb            = 100
  max_connections           = 100
  multi_az                  = false
  backup_days               = 7
  deletion_protection       = false
  replicas                  = 0
  proxy                     = false
  slow_query_ms             = 500
}

run "values_of_a_wrong_form_are_refused" {
  command = plan

  variables {
    backup_days              = 0
    database_insights        = "all"
    instance_class           = "t4g.medium"
    kms_key_arn              = "alias/skep"
    log_retention_days       = 31
    master_password_version  = 0
    max_connections          = 5
    monitoring_seconds       = 7
    name                     = "Skep_dev"
    permissions_boundary_arn = "none"
    port                     = 80
    replicas                 = 16
    slow_query_ms            = 0
    storage_gb               = 10
    subnet_ids               = ["subnet-1"]
  }
  expect_failures = [
    var.backup_days,
    var.database_insights,
    var.instance_class,
    var.kms_key_arn,
    var.log_retention_days,
    var.master_password_version,
    var.max_connections,
    var.monitoring_seconds,
    var.name,
    var.permissions_boundary_arn,
    var.port,
    var.replicas,
    var.slow_query_ms,
    var.storage_gb,
    var.subnet_ids,
  ]
}

run "halves_and_too_much_are_refused" {
  command = plan

  variables {
    backup_days             = 36
    engine                  = "mysql"
    master_password_version = 1.5
    max_connections         = 100.5
    replicas                = 0.5
    slow_query_ms           = 60001
    storage_gb              = 20.5
  }
  expect_failures = [
    var.backup_days,
    var.engine,
    var.master_password_version,
    var.max_connections,
    var.replicas,
    var.slow_query_ms,
    var.storage_gb,
  ]
}

run "production_without_its_protection_is_refused" {
  command = plan

  variables {
    production          = true
    backup_days         = 34
    deletion_protection = false
    final_snapshot      = false
    max_storage_gb      = 0
    multi_az            = false
  }
  expect_failures = [
    var.backup_days, var.deletion_protection, var.final_snapshot, var.max_storage_gb, var.multi_az,
  ]
}

run "replicas_with_a_managed_master_password_are_refused" {
  command = plan

  variables {
    manage_master_password = true
    replicas               = 1
  }
  expect_failures = [var.manage_master_password]
}

run "replicas_of_rds_that_scale_and_storage_that_hardly_grows_are_refused" {
  command = plan

  variables {
    max_storage_gb  = 21 # less than a tenth above 20
    replica_scaling = { min = 1, max = 3 }
  }
  expect_failures = [var.max_storage_gb, var.replica_scaling]
}

run "scaling_from_more_to_less_is_refused" {
  command = plan

  variables {
    engine          = "aurora"
    replica_scaling = { min = 4, max = 3 }
  }
  expect_failures = [var.replica_scaling]
}

run "scaling_below_the_fixed_readers_is_refused" {
  command = plan

  variables {
    engine          = "aurora"
    multi_az        = true
    replica_scaling = { min = 0, max = 3 }
  }
  expect_failures = [var.replica_scaling]
}

run "a_small_machine_for_aurora_and_a_proxy_at_another_port_are_refused" {
  command = plan

  variables {
    engine         = "aurora"
    instance_class = "db.t4g.small"
    proxy          = true
    port           = 5433
  }
  expect_failures = [var.instance_class, var.port]
}
