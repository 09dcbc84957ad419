variable "backup_days" {
  description = "Days that automated backups are kept: any second of them can be restored."
  type        = number
  nullable    = false

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35 && floor(var.backup_days) == var.backup_days
    error_message = "backup_days must be a whole number from 1 to 35."
  }
  validation {
    condition     = !var.production || var.backup_days == 35
    error_message = "Production keeps 35 days of backups, the longest that RDS offers."
  }
}

variable "client_security_group_ids" {
  description = "Security groups that may connect, by a short name. They get the rule that lets them out, too."
  type        = map(string)
  nullable    = false
}

variable "database_insights" {
  description = "CloudWatch Database Insights: standard (7 days, free) or advanced (465 days, 9 USD a month and vCPU)."
  type        = string
  default     = "standard"
  nullable    = false

  validation {
    condition     = contains(["standard", "advanced"], var.database_insights)
    error_message = "database_insights must be standard or advanced."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the database. Its secret is then kept 30 days as well."
  type        = bool
  nullable    = false

  validation {
    condition     = !var.production || var.deletion_protection
    error_message = "Production's database can't be deleted: deletion_protection must be on."
  }
}

variable "engine" {
  description = "rds (RDS for PostgreSQL, replicas by number) or aurora (Aurora PostgreSQL, replicas that may scale)."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["rds", "aurora"], var.engine)
    error_message = "engine must be rds or aurora."
  }
}

variable "final_snapshot" {
  description = "Whether a last snapshot is made when the database is destroyed."
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = !var.production || var.final_snapshot
    error_message = "Production's database leaves a last snapshot behind."
  }
}

variable "instance_class" {
  description = "Machine of each instance, such as db.t4g.medium."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^db\\.[a-z0-9-]+\\.[a-z0-9]+$", var.instance_class))
    error_message = "instance_class must be a class of RDS, such as db.t4g.medium."
  }
  validation {
    condition     = var.engine != "aurora" || !can(regex("\\.(micro|small)$", var.instance_class))
    error_message = "Aurora PostgreSQL has no instance below medium."
  }
}

variable "kms_key_arn" {
  description = "KMS key of the storage, backups, insights, logs and the master secret."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key."
  }
}

variable "log_retention_days" {
  description = "Days that the database's logs are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains(local.log_days, var.log_retention_days)
    error_message = "log_retention_days must be a number of days that CloudWatch Logs knows, such as 30, 90 or 365."
  }
}

variable "manage_master_password" {
  description = "Whether RDS makes, keeps and rotates the master's password. No replicas of RDS and no blue/green then."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !(var.manage_master_password && var.engine == "rds" && var.replicas > 0)
    error_message = "RDS makes no replica where it manages the master password: manage_master_password must be off."
  }
}

variable "master_password_version" {
  description = "A higher number makes a new master password, in the database and in its secret."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = contains(range(1, 1000), var.master_password_version)
    error_message = "master_password_version must be a whole number from 1 to 999."
  }
}

variable "max_connections" {
  description = "Connections that the server accepts. Concurrency of the functions is reckoned against it."
  type        = number
  nullable    = false

  validation {
    condition     = var.max_connections == floor(max(20, min(5000, var.max_connections)))
    error_message = "max_connections must be a whole number from 20 to 5000."
  }
}

variable "max_storage_gb" {
  description = "How far RDS may grow the storage by itself; 0: not at all. Aurora's grows without being asked."
  type        = number
  nullable    = false

  validation {
    condition     = contains([0, max(ceil(var.storage_gb * 1.1), min(65536, var.max_storage_gb))], var.max_storage_gb)
    error_message = "max_storage_gb must be 0, or a tenth above storage_gb at least and 65536 at most."
  }
  validation {
    condition     = !var.production || var.engine == "aurora" || var.max_storage_gb > 0
    error_message = "Production's storage must be able to grow: set max_storage_gb."
  }
}

variable "monitoring_seconds" {
  description = "Seconds between two reports of the machine on its processes, memory and disks; 0: none."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = contains([0, 1, 5, 10, 15, 30, 60], var.monitoring_seconds)
    error_message = "monitoring_seconds must be 0, 1, 5, 10, 15, 30 or 60."
  }
}

variable "multi_az" {
  description = "Whether another zone can take over: RDS keeps a standby there, Aurora a reader at least."
  type        = bool
  nullable    = false

  validation {
    condition     = !var.production || var.multi_az
    error_message = "Production must survive the loss of a zone: multi_az must be on."
  }
}

variable "name" {
  description = "Name of the database, and first part of all other names, such as skep-dev."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 40
    error_message = "name must be lower-case letters, digits and single hyphens, a letter first, 40 characters at most."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds the roles of the proxy and of Enhanced Monitoring."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of an IAM policy."
  }
}

variable "port" {
  description = "Port of the server."
  type        = number
  default     = 5432
  nullable    = false

  validation {
    condition     = var.port >= 1150 && var.port <= 65535
    error_message = "port must be from 1150 to 65535."
  }
  validation {
    condition     = !var.proxy || var.port == 5432
    error_message = "RDS Proxy answers at 5432, and callers know one port: leave port at 5432 with a proxy."
  }
}

variable "production" {
  description = "Whether production's rules hold: another zone, 35 days of backups, no deletion, storage that grows."
  type        = bool
  nullable    = false
}

variable "proxy" {
  description = "Whether functions connect by RDS Proxy, which shares the server's connections among them."
  type        = bool
  nullable    = false
}

variable "replica_scaling" {
  description = "Between what numbers Aurora's readers follow the load; null: there are as many as replicas says."
  type        = object({ min = number, max = number })
  default     = null

  validation {
    condition     = var.replica_scaling == null || var.engine == "aurora"
    error_message = "Only Aurora's replicas scale by themselves (decision 22). With rds, set replicas."
  }
  validation {
    condition = var.replica_scaling == null || try(
      0 <= var.replica_scaling.min && var.replica_scaling.min <= var.replica_scaling.max &&
      var.replica_scaling.max <= 15, false
    )
    error_message = "replica_scaling must be two numbers from 0 to 15, min no higher than max."
  }
  validation {
    condition     = try(var.replica_scaling.min >= max(var.replicas, var.multi_az ? 1 : 0), var.replica_scaling == null)
    error_message = "replica_scaling.min counts the fixed readers too (replicas; one with multi_az): it can't be lower."
  }
}

variable "replicas" {
  description = "Read replicas that are always there."
  type        = number
  nullable    = false

  validation {
    condition     = var.replicas >= 0 && var.replicas <= 15 && floor(var.replicas) == var.replicas
    error_message = "replicas must be a whole number from 0 to 15."
  }
}

variable "slow_query_ms" {
  description = "A statement that takes as long is logged with its plan. Values in its text are logged with it."
  type        = number
  nullable    = false

  validation {
    condition     = var.slow_query_ms == floor(max(50, min(60000, var.slow_query_ms)))
    error_message = "slow_query_ms must be a whole number from 50 to 60000: below, most statements would be logged."
  }
}

variable "storage_gb" {
  description = "Storage that RDS starts with. Aurora's is as large as what is in it."
  type        = number
  nullable    = false

  validation {
    condition     = var.storage_gb == floor(max(20, min(65536, var.storage_gb)))
    error_message = "storage_gb must be a whole number from 20 to 65536, the range of gp3."
  }
}

variable "subnet_ids" {
  description = "Isolated subnets, in two zones at least."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "RDS wants subnets in two zones at least."
  }
}

variable "vpc_id" {
  description = "VPC of the subnets."
  type        = string
  nullable    = false
}
