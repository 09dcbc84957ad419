locals {
  readers = {
    for service in ["automations", "key_sync"] : service => {
      alias_arn       = module.workers[service].alias_arn
      role_name       = module.workers[service].role_name
      timeout_seconds = local.catalog[service].timeout_seconds

      reserved_concurrency = local.concurrency[service]
    }
  }
}

module "work" {
  source = "../work"

  name        = local.name
  automations = local.readers.automations
  key_sync    = local.readers.key_sync
  timeouts_seconds = {
    automations = local.catalog["automations"].timeout_seconds
    key_sync    = local.catalog["key_sync"].timeout_seconds
  }
  # The forms put files into the bucket from the browser.
  cors_origins             = [local.origin]
  fargate                  = var.fargate ? local.fargate : null
  force_destroy            = var.environment == "local" # what an emulator holds is nobody's
  kms_key_arn              = module.key.arn
  permissions_boundary_arn = local.permissions_boundary_arn
}

locals {
  # What these two are as functions, they are as tasks.
  tasks = {
    for task, service in { jobs = "automations", migrations = "migrations" } : task => {
      environment               = local.environment[service]
      image_uri                 = var.images[service]
      policy                    = jsonencode({ Version = "2012-10-17", Statement = local.statements[service] })
    }
  }
  fargate = {
    architecture       = var.architecture
    log_retention_days = var.log_retention_days
    security_group_ids = [module.network.function_security_group_id]
    subnet_ids         = module.network.isolated_subnet_ids
    jobs               = local.tasks.jobs
    migrations         = local.tasks.migrations
  }

  origin = (
    var.domain == null
    ? "https://${module.api.api_id}.execute-api.${var.region}.amazonaws.com"
    : "https://${var.domain.name}"
  )
}
