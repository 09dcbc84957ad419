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

run "a_small_environment_without_replica_proxy_or_nat" {
  assert {
    condition     = toset(keys(output.functions)) == toset(keys(var.images)) && toset(keys(module.services)) == local.reached
    error_message = "Every service of the catalog is a function."
  }
  assert {
    condition     = module.services["customers"].function_name == "skep-dev-customers" && module.workers["key_sync"].function_name == "skep-dev-key-sync"
    error_message = "Functions are called skep-<environment>-<service>."
  }
  assert {
    condition     = module.network.internet_function_security_group_id == null && local.has_replica == false
    error_message = "No service calls out to the internet, so nothing leads there."
  }
  assert {
    condition     = alltrue([for name, one in local.environment : !anytrue([for variable in keys(one) : strcontains(variable, "PASSWORD")])])
    error_message = "No function has a password."
  }
  assert {
    condition = jsonencode({ for name, one in local.workers_environment : name => keys(one) }) == jsonencode({
      automations = ["SKEP_CURRENCY", "SKEP_DATABASE_IAM_REGION", "SKEP_DATABASE_URL", "SKEP_FILES_BUCKET", "SKEP_KEY_QUEUE_URL", "SKEP_RELEASE", "SKEP_REVISION"]
      key_sync    = ["SKEP_ENVIRONMENT", "SKEP_RELEASE", "SKEP_REVISION", "SKEP_USAGE_PLAN_ID"]
      migrations  = ["SKEP_DATABASE_IAM_REGION", "SKEP_DATABASE_MASTER_SECRET_ARN", "SKEP_DATABASE_OWNER_URL", "SKEP_RELEASE", "SKEP_REVISION"]
    })
    error_message = "A worker is told what it uses, and nothing else."
  }
  assert {
    condition = jsonencode({
      for name in local.reached : name => setsubtract(keys(local.environment[name]), keys(local.environment["customers"]))
      }) == jsonencode({
      accounts  = ["SKEP_WORK_QUEUE_URL"]
      customers = []
      forms     = ["SKEP_FILES_BUCKET", "SKEP_WORK_QUEUE_URL"]
      reports   = []
      sales     = []
      workspace = ["SKEP_FILES_BUCKET", "SKEP_WORK_QUEUE_URL"]
    })
    error_message = "A service is told what it uses, and nothing else."
  }
  assert {
    condition = (
      startswith(local.environment["customers"].SKEP_DATABASE_URL, "postgresql://skep_app@") &&
      startswith(local.environment["automations"].SKEP_DATABASE_URL, "postgresql://skep_job@") &&
      startswith(local.environment["migrations"].SKEP_DATABASE_OWNER_URL, "postgresql://skep_owner@") &&
      endswith(local.environment["customers"].SKEP_DATABASE_URL, ":5432/skep")
    )
    error_message = "Each connects as its own role, to the database skep."
  }
  assert {
    condition     = length(regexall("production|staging", jsonencode(local.environment))) == 0
    error_message = "No other environment is named."
  }
}

run "every_right_is_of_one_action_and_one_resource_and_of_who_uses_it" {
  assert {
    condition = { for name in keys(local.catalog) : name => [for one in try(local.workers_statements[name], local.statements[name]) : one.Sid] } == {
      accounts    = ["Database", "WorkQueue", "Encryption"]
      automations = ["Database", "Files", "FilesBucket", "KeyQueue", "Encryption"]
      customers   = ["Database"]
      forms       = ["Database", "Files", "FilesBucket", "WorkQueue", "Encryption"]
      key_sync    = ["Keys", "Key", "Tags", "Plan", "PlansKey"]
      migrations  = ["Database", "MasterSecret", "Encryption"]
      reports     = ["Database"]
      sales       = ["Database"]
      workspace   = ["Database", "Files", "FilesBucket", "WorkQueue", "Encryption"]
    }
    error_message = "Rights follow the catalog."
  }
  assert {
    condition = alltrue([
      for one in flatten([values(local.statements), values(local.workers_statements)]) :
      length(one.Action) > 0 && length(one.Resource) > 0 && !contains(one.Resource, "*") && !anytrue([for action in one.Action : strcontains(action, "*")])
    ])
    error_message = "No statement says `*` for actions or resources."
  }
  assert {
    condition     = alltrue([for arn in one([for s in local.statements["customers"] : s.Resource if s.Sid == "Database"]) : endswith(arn, "/skep_app")])
    error_message = "A service comes into the database as its own role alone."
  }
  assert {
    condition     = one([for one in local.usage_plan_rights : one.Resource[0] if one.Sid == "Tags"]) == "arn:aws:apigateway:eu-west-1::/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fapikeys%2F*"
    error_message = "The key sync tags keys, and nothing else of API Gateway."
  }
  assert {
    condition     = alltrue([for one in local.usage_plan_rights : startswith(one.Resource[0], "arn:aws:apigateway:eu-west-1::/") if one.Sid != "Plan" && one.Sid != "PlansKey"]) && alltrue([for one in local.usage_plan_rights : strcontains(one.Resource[0], "/usageplans/${module.api.usage_plan_ids["clients"]}/keys") if one.Sid == "Plan" || one.Sid == "PlansKey"])
    error_message = "The key sync works on the clients' plan alone."
  }
}

run "with_a_replica_reads_go_there_and_a_proxy_takes_the_rest" {
  variables {
    environment  = "production"
    waf          = true
    alarm_emails = ["skep@example.com"]
    fargate      = true
    rollout      = "at_once"
    snapstart    = ["automations"]

    provisioned_concurrency = { sales = 2 }
    domain                  = { name = "crm.example.com", certificate_arn = "arn:aws:acm:eu-west-1:111111111111:certificate/a", zone_id = "Z1" }
    iam_caller_arns         = ["arn:aws:iam::111111111111:role/billing"]
    database = {
      engine   = "rds", instance_class = "db.m7g.large", storage_gb = 100, max_storage_gb = 1000, max_connections = 800
      multi_az = true, backup_days = 35, deletion_protection = true, proxy = true, replicas = 1
    }
  }
  assert {
    condition     = toset([for name, one in local.environment : name if contains(keys(one), "SKEP_DATABASE_READ_URL")]) == toset(["automations", "reports"])
    error_message = "Reports and exports read from the replica."
  }
  assert {
    condition     = strcontains(local.environment["customers"].SKEP_DATABASE_URL, ".proxy-") && !strcontains(local.environment["migrations"].SKEP_DATABASE_OWNER_URL, ".proxy-")
    error_message = "Services come by the proxy, migrations past it."
  }
  assert {
    condition     = local.origin == "https://crm.example.com" && output.url == "https://crm.example.com"
    error_message = "The forms are at the domain's name."
  }
  assert {
    condition     = module.work.fargate != null
    error_message = "Jobs and migrations can run as tasks."
  }
}

run "a_service_of_the_catalog_with_egress_brings_the_nat_gateway_and_its_features" {
  command = plan
  variables {
    services_folder = "./tests/internet"
    features        = ["mail", "webhooks", "oidc"]
    images = {
      for service in ["automations", "customers", "key_sync", "mailer", "migrations"] :
      service => "111111111111.dkr.ecr.eu-west-1.amazonaws.com/skep/${service}@sha256:${sha256(service)}"
    }
  }
  assert {
    condition     = length(module.network.nat_addresses) == 1 && local.with_internet == toset(["mailer"])
    error_message = "One service calls out, by one NAT gateway."
  }
  assert {
    condition     = local.catalog["mailer"].egress == "internet" && contains(keys(module.workers), "mailer")
    error_message = "A new service is in the catalog, and in no .tf file."
  }
}
