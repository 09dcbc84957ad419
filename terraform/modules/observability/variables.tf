variable "alarm_emails" {
  description = "Who hears of alarms. Each has to confirm the mail that AWS sends first."
  type        = set(string)

  validation {
    condition     = alltrue([for one in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", one))])
    error_message = "alarm_emails: each must be an e-mail address."
  }
}

variable "api" {
  description = "The REST API and the stage whose requests are watched."
  type        = object({ name = string, stage = string })
}

variable "database" {
  description = "The database, as the module of that name gives it. cluster_identifier: Aurora's alone; storage_gb: RDS's."
  type = object({
    engine               = string
    instance_identifiers = list(string)
    cluster_identifier   = optional(string)
    replica_identifiers  = optional(list(string), [])
    proxy_name           = optional(string)
    max_connections      = number
    storage_gb           = optional(number)
    log_group_names      = list(string)
  })

  validation {
    condition     = contains(["aurora", "rds"], var.database.engine)
    error_message = "database: engine must be rds or aurora."
  }
  validation {
    condition     = var.database.engine == "rds" || var.database.cluster_identifier != null
    error_message = "database: Aurora is watched by its cluster_identifier."
  }
  validation {
    condition     = var.database.max_connections > 0
    error_message = "database: max_connections must be more than 0."
  }
  validation {
    condition     = var.database.engine == "aurora" || try(var.database.storage_gb > 0, false)
    error_message = "database: of RDS's storage, storage_gb must say how much there is."
  }
}

variable "dead_letters" {
  description = "Queues of dead letters beside those of var.queues: what they are of -> the queue's name."
  type        = map(string)
  default     = {}
}

variable "kms_key_arn" {
  description = "The key of the alarms' topic. Its policy must let CloudWatch use it."
  type        = string

  validation {
    condition     = startswith(var.kms_key_arn, "arn:aws:kms:")
    error_message = "kms_key_arn must be a KMS key's ARN."
  }
}

variable "name" {
  description = "What all names begin with: skep-<environment>."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,40}$", var.name))
    error_message = "name: small letters, digits and hyphens, 41 at most, a letter first."
  }
}

variable "queues" {
  description = "The queues by what they carry. late_seconds: how old a message may get, its second turn included."
  type = map(object({
    name         = string
    dead_name    = string
    late_seconds = optional(number)
  }))
}

variable "schedule_group" {
  description = "The group that the schedules stand in. null: the one that is called as var.name says."
  type        = string
  default     = null
}

variable "services" {
  description = "The services by their name in the catalog, which is also the dimension `service` of their own metrics."
  type = map(object({
    function_name        = string
    alias_name           = string
    log_group_name       = string
    timeout_seconds      = number
    reserved_concurrency = optional(number)
    kind                 = string
  }))

  validation {
    condition     = alltrue([for one in var.services : contains(["api", "web", "worker"], one.kind)])
    error_message = "services: kind must be api, web or worker."
  }
  validation {
    condition     = length(setintersection(keys(var.services), ["api", "database", "platform", "work"])) == 0
    error_message = "services: api, database, platform and work are names of other alarms."
  }
}

variable "slow_query_ms" {
  description = "From how many milliseconds on the database writes a statement to its log."
  type        = number

  validation {
    condition     = var.slow_query_ms > 0
    error_message = "slow_query_ms must be more than 0: at 0 every statement would be slow."
  }
}

variable "thresholds" {
  description = "Where alarms begin. Percentages are of requests, times of the 99th percentile, counts of five minutes."
  type = object({
    error_percent     = optional(number, 5)
    latency_ms        = optional(number, 3000)
    version_5xx_count = optional(number, 3)
    slow_query_count  = optional(number, 20)
    blocked_count     = optional(number, 500)
    free_memory_mb    = optional(number, 128)
  })
  default = {}

  validation {
    condition     = alltrue([for one in values(var.thresholds) : one > 0]) && var.thresholds.error_percent < 100
    error_message = "thresholds: each must be more than 0, and error_percent less than 100."
  }
}

variable "web_acl_name" {
  description = "The metric name of the web ACL before the API. null: there is none."
  type        = string
  default     = null
}
