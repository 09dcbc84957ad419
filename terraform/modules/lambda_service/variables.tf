variable "architecture" {
  description = "What the image is built for, as Lambda calls it."
  type        = string

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "asynchronous" {
  description = "For a worker, what becomes of calls that nobody waits for: tries after the first, how old one may get, and the queue for those that never succeeded."
  type = object({
    retries           = optional(number, 1)
    max_age_seconds   = optional(number, 3600)
    failure_queue_arn = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([0, 1, 2], var.asynchronous.retries)
    error_message = "asynchronous.retries must be 0, 1 or 2: Lambda tries no more often."
  }

  validation {
    condition     = var.asynchronous.max_age_seconds >= 60 && var.asynchronous.max_age_seconds <= 21600
    error_message = "asynchronous.max_age_seconds must be from 60 to 21600, which is six hours."
  }

  validation {
    condition     = var.asynchronous.failure_queue_arn == null || can(regex("^arn:[a-z-]+:sqs:", var.asynchronous.failure_queue_arn))
    error_message = "asynchronous.failure_queue_arn must be the ARN of an SQS queue."
  }
}

variable "environment" {
  description = "The function's variables. Who may read the function reads them, so a password is none of them."
  type        = map(string)

  validation {
    # In base64, 4,096 bytes are 5,464 characters; length() counts a text's characters, not its bytes.
    condition     = length(base64encode(jsonencode(var.environment))) <= 5464
    error_message = "environment may have 4 KB, which is all that Lambda takes."
  }

  validation {
    condition     = alltrue([for name in keys(var.environment) : can(regex("^[A-Za-z][A-Za-z0-9_]+$", name))])
    error_message = "environment's names must be letters, digits and _, and begin with a letter."
  }

  validation {
    condition = length(setintersection(keys(var.environment), [
      "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_VERSION",
      "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LAMBDA_TASK_ROOT",
    ])) == 0
    error_message = "environment may not set what Lambda sets by itself: credentials, region, version."
  }
}

variable "ephemeral_storage_mb" {
  description = "Size of /tmp. A file of 100 MB and what is made of it lie there."
  type        = number
  default     = 512

  validation {
    condition     = var.ephemeral_storage_mb >= 512 && var.ephemeral_storage_mb <= 10240 && floor(var.ephemeral_storage_mb) == var.ephemeral_storage_mb
    error_message = "ephemeral_storage_mb must be a whole number from 512 to 10240."
  }
}

variable "image_uri" {
  description = "The image by digest: what runs is what was tested, whatever becomes of a tag."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$", var.image_uri))
    error_message = "image_uri must name an image by its digest and no tag: <registry>/<repository>@sha256:<64 hexadecimal digits>."
  }
}

variable "kind" {
  description = "What the catalog says: api and web answer requests, a worker does what a queue or the clock asks for."
  type        = string

  validation {
    condition     = contains(["api", "web", "worker"], var.kind)
    error_message = "kind must be api, web or worker."
  }
}

variable "kms_key_arn" {
  description = "KMS key that encrypts variables, image and logs. Its policy must let CloudWatch Logs use it."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days
    )
    error_message = "log_retention_days must be a number of days that CloudWatch Logs knows, such as 30, 90 or 365."
  }
}

variable "memory_mb" {
  description = "Memory, and with it the share of a processor: a whole one at 1769."
  type        = number

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb must be a whole number from 128 to 10240."
  }
}

variable "name" {
  description = "First part of every name, such as skep-dev."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name))
    error_message = "name must be lower-case letters, digits and single hyphens, and start with a letter."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds the function's role."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of an IAM policy."
  }
}

variable "provisioned_concurrency" {
  description = "Execution environments of `live` that are kept warm; 0 for none. With any, a promotion can't shift weights."
  type        = number
  default     = 0

  validation {
    condition     = var.provisioned_concurrency >= 0 && floor(var.provisioned_concurrency) == var.provisioned_concurrency
    error_message = "provisioned_concurrency must be a whole number, 0 for none."
  }

  validation {
    condition     = var.provisioned_concurrency <= var.reserved_concurrency
    error_message = "provisioned_concurrency may not be more than reserved_concurrency: they are taken out of it."
  }

  validation {
    condition     = var.provisioned_concurrency == 0 || !var.snapstart
    error_message = "provisioned_concurrency and snapstart exclude each other: Lambda takes one of them, never both."
  }
}

variable "reserved_concurrency" {
  description = "The most that run at once, and what is kept free for this service. Each has a connection to the database."
  type        = number

  validation {
    condition     = var.reserved_concurrency >= 1 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency must be a whole number from 1: without a limit (-1) one service could take all of the database's connections."
  }
}

variable "security_group_ids" {
  description = "Security groups; none outside the VPC."
  type        = list(string)

  validation {
    condition     = (length(var.security_group_ids) == 0) == (length(var.subnet_ids) == 0)
    error_message = "security_group_ids and subnet_ids go together: both name some, or the function stands outside the VPC."
  }
}

variable "service" {
  description = "The service's name in the catalog."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$", var.service))
    error_message = "service must be lower-case letters, digits and single underscores, and start with a letter."
  }

  validation {
    condition     = length("${var.name}-${var.service}") <= 64
    error_message = "name and service together may have 63 characters: a function's name has 64 at most."
  }
}

variable "snapstart" {
  description = "Whether versions start from a snapshot, which spares most of a cold start."
  type        = bool
  default     = false

  validation {
    condition     = !var.snapstart || var.ephemeral_storage_mb == 512
    error_message = "snapstart takes a /tmp of 512 MB and no more."
  }
}

variable "statements" {
  description = "What this service may do beyond its log: statements of an IAM policy, as jsonencode() takes them."
  type        = any
  default     = []

  validation {
    condition     = can([for one in var.statements : [one.Sid, one.Effect, one.Action, one.Resource]])
    error_message = "statements must be a list of IAM statements, each with Sid, Effect, Action and Resource."
  }

  validation {
    condition = try(alltrue([
      for one in var.statements : alltrue([for action in flatten([one.Action]) : can(regex("^[a-z0-9-]+:[A-Za-z]+$", action))])
    ]), false)
    error_message = "statements must name each action: no `*` stands for others."
  }

  validation {
    condition     = try(alltrue([for one in var.statements : !contains(flatten([one.Resource]), "*")]), false)
    error_message = "statements must name their resources: `*` is none."
  }
}

variable "subnet_ids" {
  description = "Subnets, one in each zone; none for a function outside the VPC."
  type        = list(string)
}

variable "timeout_seconds" {
  description = "How long a call may take. In order: connecting 3 s, a statement 10 s, the function, API Gateway 29 s."
  type        = number

  validation {
    # 10 s is skep_app's statement_timeout (services/migrations/bootstrap.sql), 29 s is when API Gateway gives up.
    condition     = var.kind == "worker" || (var.timeout_seconds > 10 && var.timeout_seconds < 29)
    error_message = "timeout_seconds of what answers requests must lie between a statement's 10 s and API Gateway's 29 s."
  }

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 1 to 900."
  }
}

variable "tracing" {
  description = "Whether X-Ray samples calls."
  type        = bool
  default     = true
}
