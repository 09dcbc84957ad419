variable "assets_bucket" {
  description = "The bucket behind /assets."
  type        = object({ name = string, arn = string })
  nullable    = false
}

variable "assets_endpoint" {
  description = "Where an emulator serves buckets; null on AWS, where API Gateway reads S3 itself."
  type        = string
  default     = null

  validation {
    condition     = var.assets_endpoint == null || can(regex("^https?://[^/]+$", var.assets_endpoint))
    error_message = "The endpoint is http:// or https:// and a host, without a slash at the end."
  }
}

variable "domain" {
  description = "The API's own name with its certificate and hosted zone; null for API Gateway's address."
  type        = object({ name = string, certificate_arn = string, zone_id = string })
  default     = null

  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9-]+\\.)+[a-z]+$", var.domain.name))
    error_message = "A domain name is written in small letters, without https://."
  }
  validation {
    condition     = var.domain == null || can(regex("^arn:aws:acm:[a-z0-9-]+:[0-9]{12}:certificate/", var.domain.certificate_arn))
    error_message = "The certificate is one of ACM's, by its ARN."
  }
}

variable "functions" {
  description = "Service -> its function and the alias that requests go to."
  type = map(object({
    function_name    = string
    alias_name       = string
    alias_arn        = string
    alias_invoke_arn = string
  }))
  nullable = false

  validation {
    condition     = length(setsubtract(var.routes[*].service, keys(var.functions))) == 0
    error_message = "These services have routes and no function: ${join(", ", sort(setsubtract(var.routes[*].service, keys(var.functions))))}."
  }
}

variable "gateway_file" {
  description = "services/gateway.json, decoded: what is binary, and what API Gateway says by itself."
  type = object({
    binary_media_types = list(string)
    responses          = any # kind -> {status, body}; the bodies are problem documents
  })
  nullable = false

  validation {
    condition     = !contains(var.gateway_file.binary_media_types, "*/*")
    error_message = "*/* would make base64 of every JSON body."
  }
  validation {
    condition     = alltrue([for one in values(var.gateway_file.responses) : can(regex("^[45][0-9]{2}$", one.status))])
    error_message = "A gateway response has a status from 400 to 599."
  }
  validation {
    condition = alltrue([
      for kind in ["DEFAULT_5XX", "INTEGRATION_FAILURE", "MISSING_AUTHENTICATION_TOKEN"] :
      contains(keys(var.gateway_file.responses), kind)
    ])
    error_message = "Say what DEFAULT_5XX, INTEGRATION_FAILURE and MISSING_AUTHENTICATION_TOKEN answer: the assets use the last two."
  }
}

variable "iam_caller_arns" {
  description = "The IAM roles that may call /iam/v1. Nobody may if there is none."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for one in var.iam_caller_arns : can(regex("^arn:aws:iam::[0-9]{12}:role/[^*?]+$", one))])
    error_message = "A caller is the ARN of one role, without wildcards."
  }
}

variable "kms_key_arn" {
  description = "The key of the logs and of the assets."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "The key is named by its ARN."
  }
}

variable "log_retention_days" {
  description = "How long the logs are kept."
  type        = number
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, … days."
  }
}

variable "name" {
  description = "What every name begins with: skep-<environment>."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,39}$", var.name))
    error_message = "A name has 2 to 40 small letters, digits or hyphens, the first a letter."
  }
}

variable "permissions_boundary_arn" {
  description = "The boundary of every role."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws:iam::[0-9]{12}:policy/", var.permissions_boundary_arn))
    error_message = "The boundary is a policy's ARN."
  }
}

variable "routes" {
  description = "services/routes.json, decoded: each path once, with its service and who may call it."
  type        = list(object({ path = string, service = string, authorization = string }))
  nullable    = false

  validation {
    condition     = length(var.routes) > 0 && length(distinct(var.routes[*].path)) == length(var.routes)
    error_message = "Every path stands once, and there is at least one."
  }
  validation {
    condition = alltrue([
      for route in var.routes :
      contains(["api_key", "iam", "session", "honeycode_sigv4", "public"], route.authorization)
    ])
    error_message = "A route's authorization is api_key, iam, session, honeycode_sigv4 or public."
  }
  validation {
    condition = alltrue([
      for route in var.routes :
      route.path == "/" || can(regex("^(/([a-z0-9._-]+|{[a-z_]+}))*(/([a-z0-9._-]+|{[a-z_]+[+]?}))$", route.path))
    ])
    error_message = "A path is made of small letters, digits and . _ - between slashes, of {parameters}, and perhaps of {the_rest+} as its end."
  }
  validation {
    condition     = alltrue([for route in var.routes : (route.authorization == "iam") == startswith(route.path, "/iam/v1/")])
    error_message = "What stands below /iam/v1 is for IAM roles, and nothing else is: the resource policy knows them by that."
  }
  validation {
    condition     = !anytrue([for route in var.routes : startswith(route.path, "/assets")])
    error_message = "/assets is served by S3."
  }
}

variable "stage" {
  description = "The stage's name: the environment's."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,128}$", var.stage))
    error_message = "A stage's name has letters, digits, - and _."
  }
}

variable "tags" {
  description = "Further tags of the REST API itself. An emulator reads the API's id there."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "throttle" {
  description = "Requests a second of all callers together, and how many at once."
  type        = object({ rate = number, burst = number })
  nullable    = false

  validation {
    condition     = var.throttle.rate > 0 && var.throttle.burst >= 1 && floor(var.throttle.burst) == var.throttle.burst
    error_message = "The rate is above 0, the burst a whole number of at least 1: 0 lets nobody in."
  }
}

variable "usage_plans" {
  description = "Tiers of clients: requests a second and at once, perhaps a quota for each DAY, WEEK or MONTH."
  type = map(object({
    rate   = number
    burst  = number
    quota  = optional(number)
    period = optional(string)
  }))
  nullable = false

  validation {
    condition     = contains(keys(var.usage_plans), "clients")
    error_message = "The key sync puts new keys into the plan named clients."
  }
  validation {
    condition = alltrue([
      for plan in values(var.usage_plans) : plan.rate > 0 && plan.burst >= 1 && floor(plan.burst) == plan.burst
    ])
    error_message = "A plan's rate is above 0, its burst a whole number of at least 1."
  }
  validation {
    condition     = alltrue([for plan in values(var.usage_plans) : plan.rate <= var.throttle.rate && plan.burst <= var.throttle.burst])
    error_message = "A plan promises no more than the stage lets through."
  }
  validation {
    condition = alltrue([
      for plan in values(var.usage_plans) :
      plan.quota == null ? plan.period == null : plan.quota >= 1 && contains(["DAY", "WEEK", "MONTH"], coalesce(plan.period, "none"))
    ])
    error_message = "A quota is at least 1 and has a period, DAY, WEEK or MONTH; a period has a quota."
  }
}

variable "waf" {
  description = "Whether a web application firewall stands before the API."
  type        = bool
  nullable    = false
}

variable "waf_rate" {
  description = "Requests that one address may send in five minutes. An office may be one address."
  type        = number
  default     = 2000
  nullable    = false

  validation {
    condition     = var.waf_rate >= 10 && var.waf_rate <= 2000000000
    error_message = "WAF counts from 10 to 2,000,000,000."
  }
}
