# The versions that Skep is tested with. Their hashes have to come from the registry, which could not be asked where this
# was written: the first `terraform init` that can ask it adds them; commit them then.

provider "registry.terraform.io/hashicorp/aws" {
  version     = "6.69.1"
  constraints = "~> 6.0"
}

provider "registry.terraform.io/hashicorp/random" {
  version     = "3.7.2"
  constraints = "~> 3.7"
}
