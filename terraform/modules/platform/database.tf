module "database" {
  source = "../database"

  name       = local.name
  production = local.production
  engine     = var.database.engine

  vpc_id     = module.network.vpc_id
  subnet_ids = module.network.isolated_subnet_ids
  client_security_group_ids = merge(
    { functions = module.network.function_security_group_id },
    length(local.with_internet) > 0 ? { internet = module.network.internet_function_security_group_id } : {},
  )
  kms_key_arn              = module.key.arn
  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = local.permissions_boundary_arn

  instance_class      = var.database.instance_class
  storage_gb          = var.database.storage_gb
  max_storage_gb      = var.database.max_storage_gb
  max_connections     = var.database.max_connections
  multi_az            = var.database.multi_az
  backup_days         = var.database.backup_days
  deletion_protection = var.database.deletion_protection
  final_snapshot      = var.database.final_snapshot
  replicas            = var.database.replicas
  replica_scaling     = var.database.replica_scaling
  proxy               = var.database.proxy
  slow_query_ms       = var.database.slow_query_ms

  manage_master_password  = var.database.manage_master_password
  master_password_version = var.database.master_password_version
}

locals {
  has_replica = var.database.replicas > 0 || var.database.replica_scaling != null

  # Passwords are in none of them: each connection brings a token that its function signs.
  database_urls = {
    for role in keys(local.connections_each) : role => format(
      "postgresql://%s@%s:%d/%s", role,
      role == "skep_owner" ? module.database.direct_address : module.database.address,
      module.database.port, module.database.name,
    )
  }
  read_urls = {
    for role in keys(local.connections_each) : role =>
    format("postgresql://%s@%s:%d/%s", role, module.database.read_address, module.database.port, module.database.name)
    if local.has_replica
  }
}
