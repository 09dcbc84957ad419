variable "cidr" {
  description = "IPv4 block of the VPC, /16 to /20, by its first address. Each subnet takes a sixteenth."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition = try(
      cidrsubnet(var.cidr, 0, 0) == var.cidr && contains(range(16, 21), tonumber(split("/", var.cidr)[1])), false
    )
    error_message = "cidr must be an IPv4 block of /16 to /20, written with its first address, such as 10.0.0.0/16."
  }
  validation {
    condition     = can(regex("^(10\\.|192\\.168\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.)", var.cidr))
    error_message = "cidr must lie in a private range (RFC 1918): 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16."
  }
}

variable "interface_endpoints" {
  description = "AWS services that functions reach by an interface endpoint of their own, by the last part of its name."
  type        = set(string)
  default     = ["kms", "logs", "secretsmanager", "sqs", "sts"]
  nullable    = false

  validation {
    condition     = length(setsubtract(var.interface_endpoints, keys(local.endpoint_actions))) == 0
    error_message = "interface_endpoints may name ${join(", ", keys(local.endpoint_actions))}. S3's is always there."
  }
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the flow log. Its policy must let CloudWatch Logs use it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key."
  }
}

variable "log_retention_days" {
  description = "Days that the flow log is kept."
  type        = number
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days
    )
    error_message = "log_retention_days must be a number of days that CloudWatch Logs knows, such as 30, 90 or 365."
  }
}

variable "name" {
  description = "First part of every name, such as skep-dev."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 40
    error_message = "name must be lower-case letters, digits and single hyphens, a letter first, 40 characters at most."
  }
}

variable "nat" {
  description = "Whether private subnets lead out to the internet. True exactly when a service's egress is internet."
  type        = bool
  nullable    = false
}

variable "nat_per_zone" {
  description = "A NAT gateway in each zone (35 USD a month each), not one for all: no zone's loss stops webhooks."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = var.nat || !var.nat_per_zone
    error_message = "nat_per_zone says how many NAT gateways there are, so nat must be on."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds the role of the flow log."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of an IAM policy."
  }
}

variable "zones" {
  description = "Names of the two or three availability zones. The order decides blocks: only ever add at the end."
  type        = list(string)
  nullable    = false

  validation {
    condition     = contains([2, 3], length(var.zones)) && length(distinct(var.zones)) == length(var.zones)
    error_message = "zones must be two or three different availability zones."
  }
  validation {
    condition     = alltrue([for zone in var.zones : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$", zone))])
    error_message = "zones must be names of availability zones, such as eu-central-1a."
  }
}
