variable "account_id" {
  description = "The account of the key. Its administrators manage the key, and its IAM policies say who uses it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "description" {
  description = "What the key encrypts, for whoever finds it in the console."
  type        = string
  nullable    = false
}

variable "name" {
  description = "The key's alias, without `alias/`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,62}$", var.name))
    error_message = "A name has small letters, digits and hyphens, and begins with a letter."
  }
}

variable "statements" {
  description = "Further statements of the key's policy: who but this account may use it."
  type        = any
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for one in var.statements : one.Effect == "Deny" || one.Principal != "*"])
    error_message = "A key is not for everybody: a statement that allows must name its principals."
  }
}
