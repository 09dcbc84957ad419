terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 6.48 is the first that takes a new resource policy from the body; those before put the old one back.
      version = "~> 6.48"
    }
  }
}
