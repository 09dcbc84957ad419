# No defaults: what an environment is, its terraform.tfvars says. release and release_file come with each release.
# What is legal by itself, modules/platform checks; here, that no environment takes what is another's.

variable "account_id" {
  description = "The account of this environment. The provider refuses to work in any other."
  type        = string
  nullable    = false

  validation {
    condition     = !contains(local.foreign_accounts, var.account_id)
    error_message = "Production has an account to itself, and this names it for another environment, or another's for it."
  }
}

variable "alarm_emails" {
  description = "Who is told by mail when an alarm goes off. Each has to confirm once."
  type        = set(string)
  nullable    = false
}

variable "architecture" {
  description = "What the images are built for: arm64 or x86_64."
  type        = string
  nullable    = false
}

variable "cidr" {
  description = "The addresses of the VPC, a /16 of a private range."
  type        = string
  nullable    = false

  validation {
    condition     = !contains([for other in local.others : other.cidr], var.cidr)
    error_message = "Another environment has these addresses; the two could never be connected."
  }
}

variable "currency" {
  description = "ISO 4217 code of an amount that names none."
  type        = string
  nullable    = false
}

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
    proxy                   = bool
    replicas                = number
    replica_scaling         = optional(object({ min = number, max = number }))
    slow_query_ms           = optional(number, 500)
    manage_master_password  = optional(bool, false)
    master_password_version = optional(number, 1)
  })
  nullable = false
}

variable "domain" {
  description = "The API's own domain name with its certificate and hosted zone; null for API Gateway's."
  type        = object({ name = string, certificate_arn = string, zone_id = string })

  validation {
    condition = var.domain == null || (
      !contains([for other in local.others : other.domain.name if other.domain != null], try(var.domain.name, "")) &&
      length(setintersection(split(".", replace(try(var.domain.name, ""), "-", ".")), keys(local.others))) == 0
    )
    error_message = "This is another environment's name: ${join(", ", keys(local.others))}."
  }
}

variable "environment" {
  description = "The environment's name, which is its folder's."
  type        = string
  nullable    = false

  validation {
    condition     = var.environment == local.folder
    error_message = "These are the values of ${var.environment}, and this folder is ${local.folder}."
  }
}

variable "fargate" {
  description = "Whether the images of jobs and migrations can run as ECS tasks too, for longer than a Lambda may."
  type        = bool
  nullable    = false
}

variable "features" {
  description = "What Skep does towards the internet: oidc (sign-in), webhooks, mail."
  type        = set(string)
  nullable    = false
}

variable "iam_caller_arns" {
  description = "The IAM roles that may call /iam/v1."
  type        = set(string)
  nullable    = false

  validation {
    condition = length(setintersection(
      [for one in var.iam_caller_arns : split(":", one)[4]], local.foreign_accounts,
    )) == 0
    error_message = "No role of production's account calls another environment, nor the other way round."
  }
}

variable "log_retention_days" {
  description = "How long all logs of the environment are kept. One of CloudWatch's own numbers."
  type        = number
  nullable    = false
}

variable "provisioned_concurrency" {
  description = "Service -> how many of its environments are kept warm."
  type        = map(number)
  nullable    = false
}

variable "region" {
  description = "The region that all of it stands in."
  type        = string
  nullable    = false
}

variable "release" {
  description = "The release's name and the commit that it was built from."
  type        = object({ name = string, revision = string })
  nullable    = false
}

variable "release_file" {
  description = "The release's images: a JSON file, service -> repository@sha256:digest."
  type        = string
  nullable    = false

  validation {
    condition     = can(jsondecode(file(var.release_file)))
    error_message = "There is no JSON to be read at ${var.release_file}."
  }
}

variable "rollout" {
  description = "How a promotion moves the aliases: canary or at_once."
  type        = string
  nullable    = false
}

variable "service_concurrency" {
  description = "How many requests each service answers at once. Each has a connection of its own."
  type        = number
  nullable    = false
}

variable "service_concurrency_overrides" {
  description = "Service -> its own number, where it isn't service_concurrency."
  type        = map(number)
  nullable    = false
}

variable "snapstart" {
  description = "The services whose versions start from a snapshot."
  type        = set(string)
  nullable    = false
}

variable "throttle" {
  description = "Requests a second of all callers together, and how many at once."
  type        = object({ rate = number, burst = number })
  nullable    = false
}

variable "usage_plans" {
  description = "Tiers of clients: requests a second and at once, perhaps a quota. Keys go to the one named clients."
  type = map(object({
    rate   = number
    burst  = number
    quota  = optional(number)
    period = optional(string)
  }))
  nullable = false
}

variable "waf" {
  description = "Whether a web application firewall stands before the API."
  type        = bool
  nullable    = false
}

variable "waf_rate" {
  description = "Requests that one address may send in five minutes."
  type        = number
  nullable    = false
}

variable "zones" {
  description = "The availability zones, two or three."
  type        = list(string)
  nullable    = false
}
