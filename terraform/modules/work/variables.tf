variable "automations" {
  description = "The service that the work queue and the clock call. maximum_concurrency: jobs from the queue at once, fewer than may run (reserved_concurrency)."
  type = object({
    alias_arn            = string
    role_name            = string
    timeout_seconds      = number
    reserved_concurrency = optional(number)
    maximum_concurrency  = optional(number, 2)
  })

  validation {
    condition     = can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+:[a-z]+$", var.automations.alias_arn))
    error_message = "automations.alias_arn must be the ARN of an alias: a queue or a schedule that calls the function itself calls what was never promoted."
  }

  validation {
    condition     = var.automations.timeout_seconds == var.timeouts_seconds.automations
    error_message = "automations.timeout_seconds must be timeouts_seconds', or messages come back while they are worked on."
  }

  validation {
    condition     = var.automations.maximum_concurrency >= 2 && var.automations.maximum_concurrency <= 1000
    error_message = "automations.maximum_concurrency must be from 2 to 1000, which is what Lambda takes."
  }

  validation {
    # A message that finds no free environment counts as received, and is a dead letter after three.
    condition     = coalesce(var.automations.reserved_concurrency, 1001) > var.automations.maximum_concurrency
    error_message = "automations.reserved_concurrency must be more than maximum_concurrency: the clock needs a place of its own."
  }
}

variable "cors_origins" {
  description = "Origins of the forms, from which browsers put files into the bucket; none: no browser may."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^(https://|http://([a-z0-9.-]+\\.)?localhost(:|$)|http://127\\.0\\.0\\.1(:|$))[^/*?#]*$", origin))])
    error_message = "cors_origins must be https://<host> without a path and without `*`; http is for this machine alone."
  }
}

variable "fargate" {
  description = "Null, or what jobs and migrations need to run as ECS tasks. policy: what the code may do, an IAM policy as JSON. tmp_mb is taken out of memory_mb."
  type = object({
    architecture       = string
    log_retention_days = number
    security_group_ids = list(string)
    subnet_ids         = list(string)
    jobs = object({
      environment = map(string)
      image_uri   = string
      policy      = string
      cpu         = optional(number, 1024)
      memory_mb   = optional(number, 4096)
      tmp_mb      = optional(number, 1024)
    })
    migrations = object({
      environment = map(string)
      image_uri   = string
      policy      = string
      cpu         = optional(number, 256)
      memory_mb   = optional(number, 512)
      tmp_mb      = optional(number, 64)
    })
  })
  default = null

  validation {
    condition     = var.fargate == null || contains(["arm64", "x86_64"], try(var.fargate.architecture, ""))
    error_message = "fargate.architecture must be arm64 or x86_64, as the images are built."
  }

  validation {
    condition = var.fargate == null || try(alltrue([
      for task in [var.fargate.jobs, var.fargate.migrations] :
      can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$", task.image_uri))
    ]), false)
    error_message = "fargate's images must be named by digest, in an ECR repository."
  }

  validation {
    condition     = var.fargate == null || try(length(var.fargate.subnet_ids) > 0 && length(var.fargate.security_group_ids) > 0, false)
    error_message = "fargate must name subnets and security groups: a task stands in the VPC, and has no public address."
  }

  validation {
    condition = var.fargate == null || try(alltrue([
      for task in [var.fargate.jobs, var.fargate.migrations] : contains([256, 512, 1024, 2048, 4096], task.cpu) &&
      task.memory_mb >= 2 * task.cpu && task.memory_mb <= 8 * task.cpu && task.tmp_mb * 2 <= task.memory_mb
    ]), false)
    error_message = "fargate's tasks must have 256 to 4096 units of cpu, 2 to 8 times as many MB of memory, and tmp_mb at most half of that."
  }

  validation {
    condition = var.fargate == null || try(alltrue([
      for task in [var.fargate.jobs, var.fargate.migrations] : can(jsondecode(task.policy).Statement)
    ]), false)
    error_message = "fargate's policies must be IAM policies as JSON."
  }
}

variable "files_days" {
  description = "Days that an upload or an export is kept."
  type        = number
  default     = 7

  validation {
    condition     = var.files_days >= 1 && floor(var.files_days) == var.files_days
    error_message = "files_days must be a whole number of days, 1 or more."
  }
}

variable "force_destroy" {
  description = "Whether destroying the buckets takes what is in them. Only where everything is for show."
  type        = bool
  default     = false
}

variable "key_sync" {
  description = "The service that the key queue calls. maximum_concurrency: lists at once, no more than may run (reserved_concurrency)."
  type = object({
    alias_arn            = string
    role_name            = string
    timeout_seconds      = number
    reserved_concurrency = optional(number)
    maximum_concurrency  = optional(number, 2)
  })

  validation {
    condition     = can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+:[a-z]+$", var.key_sync.alias_arn))
    error_message = "key_sync.alias_arn must be the ARN of an alias."
  }

  validation {
    condition     = var.key_sync.timeout_seconds == var.timeouts_seconds.key_sync
    error_message = "key_sync.timeout_seconds must be timeouts_seconds', or messages come back while they are worked on."
  }

  validation {
    condition     = var.key_sync.maximum_concurrency >= 2 && var.key_sync.maximum_concurrency <= 1000
    error_message = "key_sync.maximum_concurrency must be from 2 to 1000, which is what Lambda takes."
  }

  validation {
    condition     = coalesce(var.key_sync.reserved_concurrency, 1000) >= var.key_sync.maximum_concurrency
    error_message = "key_sync.reserved_concurrency must be maximum_concurrency at least, or messages are dead letters after three refusals."
  }
}

variable "kms_key_arn" {
  description = "KMS key that encrypts queues, files and logs. Its policy must let CloudWatch Logs use it."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key."
  }
}

variable "name" {
  description = "First part of every name, such as skep-dev."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 40
    error_message = "name must be lower-case letters, digits and single hyphens, start with a letter, and have 40 characters at most."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds all roles here."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of an IAM policy."
  }
}

variable "timeouts_seconds" {
  description = "How long the readers of the queues may take, by the catalog. Apart from automations and key_sync, which come after the queues."
  type        = object({ automations = number, key_sync = number })
  default     = { automations = 900, key_sync = 300 }
  nullable    = false
}
