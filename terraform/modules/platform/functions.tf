# Two calls of one module, since the API knows those that requests reach, and a worker may know the API.

locals {
  # Without the usage plan, which is there only after the API. extra_environment comes last: an emulator has its own way.
  environment = {
    for name, entry in local.catalog : name => merge(
      { SKEP_RELEASE = var.release.name, SKEP_REVISION = var.release.revision },
      entry.database == null ? {} : { SKEP_DATABASE_IAM_REGION = var.region },
      entry.database == "skep_owner" ? { SKEP_DATABASE_OWNER_URL = local.database_urls.skep_owner } : {},
      contains(["skep_app", "skep_job"], coalesce(entry.database, "none")) ? {
        SKEP_DATABASE_URL = local.database_urls[entry.database]
        SKEP_CURRENCY     = var.currency
      } : {},
      contains(entry.uses, "replica") && local.has_replica ? { SKEP_DATABASE_READ_URL = local.read_urls[entry.database] } : {},
      contains(entry.uses, "master_secret") ? { SKEP_DATABASE_MASTER_SECRET_ARN = module.database.master_secret_arn } : {},
      contains(entry.uses, "files") ? { SKEP_FILES_BUCKET = module.work.files_bucket.name } : {},
      contains(entry.uses, "work_queue") ? { SKEP_WORK_QUEUE_URL = module.work.queues.work.url } : {},
      contains(entry.uses, "key_queue") ? { SKEP_KEY_QUEUE_URL = module.work.queues.keys.url } : {},
    )
  }

  workers_environment = {
    for name in local.workers : name => merge(
      local.environment[name],
      contains(local.catalog[name].uses, "usage_plan") ? {
        SKEP_ENVIRONMENT   = var.environment
        SKEP_USAGE_PLAN_ID = module.api.usage_plan_ids["clients"]
      } : {},
    )
  }
}

module "services" {
  source   = "../lambda_service"
  for_each = local.reached

  name                    = local.name
  service                 = each.key
  image_uri               = var.images[each.key]
  architecture            = var.architecture
  kind                    = local.catalog[each.key].kind
  memory_mb               = local.catalog[each.key].memory_mb
  timeout_seconds         = local.catalog[each.key].timeout_seconds
  environment             = merge(local.environment[each.key], lookup(var.extra_environment, each.key, {}))
  subnet_ids              = local.subnet_ids[local.catalog[each.key].egress]
  security_group_ids      = local.security_group_ids[local.catalog[each.key].egress]
  statements              = local.statements[each.key]
  reserved_concurrency    = local.concurrency[each.key]
  provisioned_concurrency = lookup(var.provisioned_concurrency, each.key, 0)
  snapstart               = contains(var.snapstart, each.key)
  tracing                 = true

  kms_key_arn              = module.key.arn
  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = local.permissions_boundary_arn
}

module "workers" {
  source   = "../lambda_service"
  for_each = local.workers

  name                    = local.name
  service                 = each.key
  image_uri               = var.images[each.key]
  architecture            = var.architecture
  kind                    = local.catalog[each.key].kind
  memory_mb               = local.catalog[each.key].memory_mb
  timeout_seconds         = local.catalog[each.key].timeout_seconds
  environment             = merge(local.workers_environment[each.key], lookup(var.extra_environment, each.key, {}))
  subnet_ids              = local.subnet_ids[local.catalog[each.key].egress]
  security_group_ids      = local.security_group_ids[local.catalog[each.key].egress]
  statements              = local.workers_statements[each.key]
  reserved_concurrency    = local.concurrency[each.key]
  provisioned_concurrency = 0
  snapstart               = contains(var.snapstart, each.key)
  tracing                 = true

  # What the clock asked for in vain is kept where its other failures are.
  asynchronous = { failure_queue_arn = module.work.schedule_dead_letters.arn }

  kms_key_arn              = module.key.arn
  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = local.permissions_boundary_arn
}

locals {
  functions = merge(module.services, module.workers)
}
