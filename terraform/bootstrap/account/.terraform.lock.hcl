# The version that Skep is tested with. Its hashes have to come from the registry, which could not be asked where this was
# written: the first `terraform init` that can ask it adds them; commit them then.

provider "registry.terraform.io/hashicorp/aws" {
  version     = "6.69.1"
  constraints = "~> 6.0"
}
