module "network" {
  source = "../network"

  name         = local.name
  cidr         = var.cidr
  zones        = var.zones
  nat          = length(local.with_internet) > 0
  nat_per_zone = local.production && length(local.with_internet) > 0
  # A task's image is fetched from inside the VPC; a function's is not.
  interface_endpoints      = concat(["kms", "logs", "secretsmanager", "sqs", "sts"], var.fargate ? ["ecr.api", "ecr.dkr"] : [])
  kms_key_arn              = module.key.arn
  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = local.permissions_boundary_arn
}

locals {
  # Lambda's place by what the catalog lets a service reach.
  subnet_ids = {
    none     = module.network.isolated_subnet_ids
    internet = module.network.private_subnet_ids
    aws      = []
  }
  security_group_ids = {
    none     = [module.network.function_security_group_id]
    internet = length(local.with_internet) > 0 ? [module.network.internet_function_security_group_id] : []
    aws      = []
  }
}
