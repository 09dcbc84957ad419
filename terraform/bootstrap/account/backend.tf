# The bucket is made by this root itself. The first time, a file beside this one keeps the state on your disk
# (backend_override.tf: `terraform { backend "local" {} }`); remove it after the apply and `terraform init -migrate-state`.
terraform {
  backend "s3" {
    key          = "bootstrap/account/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
