variable "account_id" {
  description = "The registry's account. The provider refuses to work in any other."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "jenkins" {
  description = "Jenkins as an identity provider of this account (bootstrap/account made it), and the URL of the job that builds releases. release_tags: the URLs of jobs for tags, ending in /v*/, in a project of an issuer that builds no branch of that name. Null before that."
  type = object({
    provider_arn = string
    issuer       = string
    audience     = string
    release_job  = string
    release_tags = optional(string)
  })
  default = null

  validation {
    condition     = var.jenkins == null || can(regex("^arn:aws:iam::${var.account_id}:oidc-provider/", try(var.jenkins.provider_arn, "")))
    error_message = "The provider is one of this account."
  }
  validation {
    condition     = var.jenkins == null || can(regex("^https://[^/?#]+(/[^?#]*[^/?#])?$", try(var.jenkins.issuer, "")))
    error_message = "The issuer is an https URL without a slash at its end."
  }
  validation {
    condition     = var.jenkins == null || can(regex("^https://[^*?]+$", try(var.jenkins.release_job, "")))
    error_message = "The job is named by its whole URL: a wildcard would let in whoever may make a job."
  }
  validation {
    condition     = try(var.jenkins.release_tags, null) == null || can(regex("^https://[^*?]+/job/[^*?/]+/job/v[*]/$", try(var.jenkins.release_tags, "")))
    error_message = "Tags are jobs of one project, whose URL stands before /job/v*/; no other wildcard."
  }
}

variable "reader_account_ids" {
  description = "The accounts of all environments: they pull images, read releases and check signatures."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.reader_account_ids) > 0 && alltrue([for one in var.reader_account_ids : can(regex("^[0-9]{12}$", one))])
    error_message = "Name at least one account, by its twelve digits."
  }
}

variable "region" {
  description = "The region of images and releases: that of the functions, since Lambda pulls from its own."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "A region is written like eu-west-1."
  }
}

variable "retention_days" {
  description = "How long nobody can delete a release, not even the account's root."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.retention_days >= 30 && floor(var.retention_days) == var.retention_days
    error_message = "A release is kept a month at least, in whole days."
  }
}
