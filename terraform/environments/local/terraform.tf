terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}

# Where the emulator answers, and who it takes us for, comes by AWS's own variables: AWS_ENDPOINT_URL and the rest. An
# account of zeros is nobody's in AWS, so that without them this page does nothing.
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["000000000000"]

  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true

  default_tags {
    tags = {
      project     = "skep"
      environment = "local"
      managed-by  = "terraform"
    }
  }
}
