variable "endpoint" {
  description = "Where the emulator listens"
  type        = string
}

variable "function_url" {
  description = "Where the emulator sends the function's events"
  type        = string
}

variable "greeting" {
  description = "An environment variable of the function: changing it makes a new version"
  type        = string
  default     = "hello"
}

variable "api_key_paths" {
  description = "Paths that take an API key"
  type        = set(string)
  default     = ["/v1/customers"]
}

variable "password" {
  description = "Written to a secret, kept nowhere else"
  type        = string
  ephemeral   = true
  default     = "first"
}

variable "password_version" {
  description = "Raised when the password is a new one"
  type        = number
  default     = 1
}
