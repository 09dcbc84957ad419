variable "api_id" {
  description = "The id of the REST API, which is part of its URL."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]{8,10}$", var.api_id))
    error_message = "An API's id is 8 to 10 small letters and digits."
  }
}

variable "architecture" {
  description = "What the images were built for: arm64 or x86_64."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Lambda has arm64 and x86_64."
  }
}

variable "endpoint" {
  description = "The URL of the emulator, as API Gateway in it reaches S3 in it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^http://(127\\.0\\.0\\.1|localhost):[0-9]+$", var.endpoint))
    error_message = "The emulator is on this machine: http://127.0.0.1:PORT."
  }
}

variable "extra_environment" {
  description = "Service -> variables laid over those of its function: passwords for tokens, and who runs the function."
  type        = map(map(string))
  nullable    = false
}

variable "release" {
  description = "The name that the functions give to what runs here, and its commit."
  type        = object({ name = string, revision = string })
  nullable    = false
}

variable "release_file" {
  description = "The images: a JSON file, service -> its image by digest, in the emulator's registry."
  type        = string
  nullable    = false
}
