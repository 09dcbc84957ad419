variable "account_id" {
  description = "The account. The provider refuses to work in any other."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "environments" {
  description = "The environments that stand in this account; none in one that holds the registry alone. Production stands alone."
  type        = set(string)
  nullable    = false

  validation {
    condition     = alltrue([for one in var.environments : can(regex("^[a-z][a-z0-9-]{1,19}$", one))])
    error_message = "An environment has 2 to 20 small letters, digits or hyphens, the first a letter."
  }
  validation {
    condition     = !contains(var.environments, "production") || length(var.environments) == 1
    error_message = "Production has an account to itself."
  }
  validation {
    condition     = !contains(var.environments, "jenkins") && !contains(var.environments, "state")
    error_message = "Roles and buckets of the account itself begin with skep-jenkins and skep-state."
  }
}

variable "jenkins" {
  description = "Jenkins as its plugin OpenID Connect Provider shows it: issuer, audience, and the URLs of jobs (sub). delivery_job: applies and moves aliases by itself, in dev. drift_job: looks, in production too. thumbprints: only where its certificate is of a CA of your own."
  type = object({
    issuer        = string
    audience      = string
    plan_jobs     = set(string)
    promotion_job = string
    delivery_job  = optional(string)
    drift_job     = optional(string)
    thumbprints   = optional(list(string))
  })
  nullable = false

  validation {
    condition     = can(regex("^https://[^/?#]+(/[^?#]*[^/?#])?$", var.jenkins.issuer))
    error_message = "The issuer is an https URL without a slash at its end."
  }
  validation {
    condition = alltrue([
      for one in setunion(var.jenkins.plan_jobs, compact([var.jenkins.promotion_job, var.jenkins.delivery_job, var.jenkins.drift_job])) :
      can(regex("^https://[^*?]+$", one))
    ])
    error_message = "A job is named by its whole URL: a wildcard would let in whoever may make a job."
  }
  validation {
    condition     = !contains(setunion(var.jenkins.plan_jobs, compact([var.jenkins.delivery_job, var.jenkins.drift_job])), var.jenkins.promotion_job)
    error_message = "What plans, delivers or looks without being asked must not be what promotes."
  }
  validation {
    condition     = var.jenkins.delivery_job == null || !contains(var.environments, "production")
    error_message = "Nothing is delivered to production without being asked: a promotion is somebody's act."
  }
}

variable "region" {
  description = "The region of the states and of all environments here."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "A region is written like eu-west-1."
  }
}

variable "registry" {
  description = "What bootstrap/registry made: its account, the releases bucket, and the keys that encrypt and sign."
  type = object({
    account_id      = string
    key_arn         = string
    releases_bucket = string
    signing_key_arn = string
  })
  nullable = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.registry.account_id))
    error_message = "An account id has twelve digits."
  }
  validation {
    condition     = alltrue([for one in [var.registry.key_arn, var.registry.signing_key_arn] : can(regex("^arn:aws:kms:[a-z0-9-]+:${var.registry.account_id}:key/", one))])
    error_message = "A key is named by its ARN in the registry's account."
  }
}

variable "zone_ids" {
  description = "Hosted zones in which an environment's domain name may be written."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for one in var.zone_ids : can(regex("^Z[A-Z0-9]+$", one))])
    error_message = "A hosted zone's id begins with Z."
  }
}
