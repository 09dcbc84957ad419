# The bucket and the key that encrypts it are the account's: bootstrap/account prints the whole `terraform init` line.
terraform {
  backend "s3" {
    key          = "environments/staging/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
