# The variables that say how much there is of what, and what fits to what.

variable "database" {
  description = "The database: its kind and size, how safe it is, and who may read from where."
  type = object({
    engine                  = string
    instance_class          = string
    storage_gb              = number
    max_storage_gb          = number
    max_connections         = number
    multi_az                = bool
    backup_days             = number
    deletion_protection     = bool
    final_snapshot          = optional(bool, true)
    proxy                   = bool
    replicas                = number
    replica_scaling         = optional(object({ min = number, max = number }))
    slow_query_ms           = optional(number, 500)
    manage_master_password  = optional(bool, false)
    master_password_version = optional(number, 1)
  })
  nullable = false

  validation {
    condition     = contains(["rds", "aurora"], var.database.engine)
    error_message = "The engine is rds or aurora."
  }
  validation {
    condition = (
      !local.production ||
      (var.database.multi_az && var.database.backup_days >= 35 && var.database.deletion_protection)
    )
    error_message = "Production's database has a standby, 35 days of backups, and can't be deleted."
  }
  validation {
    condition     = !(var.database.manage_master_password && var.database.replicas > 0)
    error_message = "RDS makes no replicas of an instance whose master password it manages."
  }
  validation {
    condition     = local.connections + local.spare_connections <= var.database.max_connections
    error_message = "The functions may open ${local.connections} connections, and ${local.spare_connections} are kept for people; the database takes ${var.database.max_connections}. Lower service_concurrency or take a larger database."
  }
}

variable "provisioned_concurrency" {
  description = "Service -> how many of its environments are kept warm."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.provisioned_concurrency), local.reached)) == 0
    error_message = "Only a service that requests reach is kept warm."
  }
  validation {
    condition     = length(setintersection(keys(var.provisioned_concurrency), var.snapstart)) == 0
    error_message = "Lambda takes SnapStart or provisioned concurrency for a function, never both."
  }
  validation {
    condition     = length(var.provisioned_concurrency) == 0 || var.rollout == "at_once"
    error_message = "Lambda takes no weights on an alias with provisioned concurrency: the rollout must be at_once."
  }
  validation {
    condition     = alltrue([for name, number in var.provisioned_concurrency : number >= 1 && number <= local.concurrency[name]])
    error_message = "A service can keep no more environments warm than it may have."
  }
}

variable "rollout" {
  description = "How a promotion moves the aliases: canary (by weights) or at_once. Terraform itself never moves them."
  type        = string
  default     = "canary"
  nullable    = false

  validation {
    condition     = contains(["at_once", "canary"], var.rollout)
    error_message = "A rollout is canary or at_once."
  }
}

variable "service_concurrency" {
  description = "How many requests each service answers at once. Each has a connection of its own."
  type        = number
  nullable    = false

  validation {
    condition     = var.service_concurrency >= 1 && floor(var.service_concurrency) == var.service_concurrency
    error_message = "A service runs at least once; without a limit (-1) it takes connections until there are none."
  }
}

variable "service_concurrency_overrides" {
  description = "Service -> its own number, where it isn't service_concurrency."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.service_concurrency_overrides), keys(local.catalog))) == 0
    error_message = "There is no such service in the catalog."
  }
  validation {
    condition     = alltrue([for one in var.service_concurrency_overrides : one >= 1 && floor(one) == one])
    error_message = "A service runs at least once; without a limit (-1) it takes connections until there are none."
  }
}

variable "snapstart" {
  description = "The services whose versions start from a snapshot."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(setsubtract(var.snapstart, keys(local.catalog))) == 0
    error_message = "There is no such service in the catalog."
  }
}
