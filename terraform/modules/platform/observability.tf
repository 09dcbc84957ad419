module "observability" {
  source = "../observability"

  name = local.name
  api  = { name = module.api.api_name, stage = module.api.stage_name }
  services = {
    for service, function in local.functions : service => {
      function_name        = function.function_name
      alias_name           = function.alias_name
      log_group_name       = function.log_group_name
      timeout_seconds      = local.catalog[service].timeout_seconds
      reserved_concurrency = function.reserved_concurrency
      kind                 = local.catalog[service].kind
    }
  }
  # A message may come a second time, after six times its reader's time; by then it is done.
  queues = {
    keys = merge(module.work.queues.keys, { late_seconds = 7 * local.readers.key_sync.timeout_seconds })
    work = merge(module.work.queues.work, { late_seconds = 7 * local.readers.automations.timeout_seconds })
  }
  dead_letters = { schedules = module.work.schedule_dead_letters.name }
  database = {
    engine               = module.database.engine
    instance_identifiers = module.database.instance_identifiers
    cluster_identifier   = module.database.cluster_identifier
    replica_identifiers  = module.database.replica_identifiers
    proxy_name           = module.database.proxy_name
    max_connections      = module.database.max_connections
    storage_gb           = module.database.storage_gb
    log_group_names      = module.database.log_group_names
  }
  slow_query_ms = var.database.slow_query_ms
  web_acl_name  = module.api.web_acl_name
  alarm_emails  = var.alarm_emails
  kms_key_arn   = module.key.arn
}
