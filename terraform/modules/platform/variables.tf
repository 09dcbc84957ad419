variable "account_id" {
  description = "The account that all of it stands in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "alarm_emails" {
  description = "Who is told by mail when an alarm goes off. Each has to confirm once."
  type        = set(string)
  nullable    = false

  validation {
    condition     = alltrue([for one in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", one))])
    error_message = "That is no mail address."
  }
  validation {
    condition     = !local.production || length(var.alarm_emails) > 0
    error_message = "Somebody has to hear of production's alarms."
  }
}

variable "api_tags" {
  description = "Tags of the REST API alone."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "architecture" {
  description = "What the images are built for, as Lambda calls it."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Lambda has arm64 and x86_64."
  }
}

variable "assets_endpoint" {
  description = "Where something else than S3 answers for the assets bucket, as an emulator does. Null in AWS."
  type        = string
  default     = null
}

variable "cidr" {
  description = "The addresses of the VPC, a /16 of a private range that no other environment has."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.).*/16$", var.cidr))
    error_message = "The VPC takes a /16 of a private range, such as 10.20.0.0/16."
  }
}

variable "currency" {
  description = "ISO 4217 code of an amount that names none."
  type        = string
  default     = "USD"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Z]{3}$", var.currency))
    error_message = "A currency is three capitals, such as EUR."
  }
}

variable "domain" {
  description = "The API's own domain name with its certificate and hosted zone; null for API Gateway's."
  type        = object({ name = string, certificate_arn = string, zone_id = string })
  default     = null

  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9-]+\\.)+[a-z]+$", var.domain.name))
    error_message = "A domain name is written in small letters, without https://."
  }
  validation {
    condition = (
      var.domain == null ||
      can(regex("^arn:aws:acm:${var.region}:${var.account_id}:certificate/", var.domain.certificate_arn))
    )
    error_message = "A Regional API takes a certificate of its own region and account."
  }
}

variable "environment" {
  description = "The environment's name. It is part of every name, and the API's stage."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.environment))
    error_message = "An environment has 2 to 20 small letters, digits or hyphens, the first a letter."
  }
}

variable "extra_environment" {
  description = "Service -> variables laid over those of its function. For an emulator, which has ways of its own."
  type        = map(map(string))
  default     = {}
  nullable    = false

  validation {
    condition     = var.environment == "local" || length(var.extra_environment) == 0
    error_message = "What a function is told stands in the module; only the environment named local may add to it."
  }
}

variable "fargate" {
  description = "Whether the images of jobs and migrations can run as ECS tasks too, for longer than a Lambda may."
  type        = bool
  default     = false
  nullable    = false
}

variable "features" {
  description = "What Skep does towards the internet: oidc (sign-in), webhooks, mail."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for one in var.features : contains(["mail", "oidc", "webhooks"], one)])
    error_message = "The features are mail, oidc and webhooks."
  }
  validation {
    condition     = length(var.features) == 0 || length(local.with_internet) > 0
    error_message = "This needs a service with \"egress\": \"internet\" in services/catalog.json: all others are isolated."
  }
}

variable "iam_caller_arns" {
  description = "The IAM roles that may call /iam/v1."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for one in var.iam_caller_arns : can(regex("^arn:aws:iam::[0-9]{12}:role/[^*]+$", one))])
    error_message = "A caller is the ARN of one role."
  }
}

variable "images" {
  description = "Service -> its image by digest, as the release file has it."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for one in var.images : can(regex("^[a-z0-9.:-]+(/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}$", one))])
    error_message = "An image is named by repository@sha256:digest. A tag may be another image tomorrow."
  }
  validation {
    condition     = toset(keys(var.images)) == toset(keys(local.catalog))
    error_message = <<-EOT
      The release and the catalog are of different services.
      Without image: ${join(", ", setsubtract(keys(local.catalog), keys(var.images)))}.
      Not in the catalog: ${join(", ", setsubtract(keys(var.images), keys(local.catalog)))}.
    EOT
  }
}

variable "log_retention_days" {
  description = "How long all logs of the environment are kept. One of CloudWatch's own numbers."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, … days."
  }
}

variable "region" {
  description = "The region that all of it stands in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "A region is written like eu-west-1."
  }
}

variable "release" {
  description = "The release's name and the commit that it was built from."
  type        = object({ name = string, revision = string })
  nullable    = false

  validation {
    condition     = can(regex("^[0-9a-f]{7,40}$", var.release.revision)) && can(regex("^[A-Za-z0-9._-]{1,64}$", var.release.name))
    error_message = "A release has a name of letters, digits, dots, hyphens, and the hash of its commit."
  }
}

variable "services_folder" {
  description = "Where catalog.json, routes.json and gateway.json are. Null: the repository's services/; tests have others."
  type        = string
  default     = null
}

variable "throttle" {
  description = "Requests a second of all callers together, and how many at once."
  type        = object({ rate = number, burst = number })
  nullable    = false

  validation {
    condition     = var.throttle.rate > 0 && var.throttle.burst > 0
    error_message = "A throttle of nothing lets nobody in."
  }
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

  validation {
    condition     = contains(keys(var.usage_plans), "clients")
    error_message = "The key sync puts every key into the plan named clients."
  }
}

variable "waf" {
  description = "Whether a web application firewall stands before the API."
  type        = bool
  nullable    = false

  validation {
    condition     = var.waf || !local.production
    error_message = "Production has its firewall."
  }
}

variable "waf_rate" {
  description = "Requests that one address may send in five minutes."
  type        = number
  default     = 2000
  nullable    = false

  validation {
    condition     = var.waf_rate >= 10 && var.waf_rate <= 2000000000
    error_message = "WAF counts from 10 to 2,000,000,000."
  }
}

variable "zones" {
  description = "The availability zones, two or three."
  type        = list(string)
  nullable    = false

  validation {
    condition     = contains([2, 3], length(distinct(var.zones))) && alltrue([for one in var.zones : startswith(one, var.region)])
    error_message = "Name two or three different zones of the region."
  }
}
