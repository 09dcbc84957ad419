# The first time there is no bucket: keep the state on your disk (backend_override.tf: `terraform { backend "local" {} }`).
# After bootstrap/account, remove that file, `terraform init -migrate-state`, and apply again with `jenkins`.
terraform {
  backend "s3" {
    key          = "bootstrap/registry/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
