variable "kms_key_arn" {
  description = "KMS key that encrypts the images. It can't be changed later without making the repositories anew."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key."
  }
}

variable "prefix" {
  description = "First part of the repositories' names, and of the functions that may pull from them."
  type        = string
  default     = "skep"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.prefix))
    error_message = "prefix must be lower-case letters, digits and single hyphens, and start with a letter."
  }
}

variable "pull_account_ids" {
  description = "The accounts whose functions run these images; the registry's own among them where it runs any."
  type        = set(string)

  validation {
    condition     = length(var.pull_account_ids) > 0 && alltrue([for id in var.pull_account_ids : can(regex("^[0-9]{12}$", id))])
    error_message = "pull_account_ids must name accounts by their twelve digits, one at least."
  }
}

variable "services" {
  description = "The services of the catalog."
  type        = set(string)

  validation {
    condition     = length(var.services) > 0 && alltrue([for name in var.services : can(regex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$", name))])
    error_message = "services must be names of the catalog: lower-case letters, digits and single underscores."
  }
}

variable "untagged_days" {
  description = "Days after which an image without a tag goes."
  type        = number
  default     = 30

  validation {
    condition     = var.untagged_days >= 7 && floor(var.untagged_days) == var.untagged_days
    error_message = "untagged_days must be a whole number of days, 7 or more: a push may wait for its tag over a weekend."
  }
}
