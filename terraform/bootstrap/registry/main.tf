# Once for all accounts: images, pushed and signed once, and the records of releases. One digest goes from environment to
# environment.

locals {
  services = keys(jsondecode(file("${path.module}/../../../services/catalog.json")).services)
  readers  = [for id in sort(var.reader_account_ids) : "arn:aws:iam::${id}:root"]
}

module "key" {
  source = "../../modules/key"

  account_id  = var.account_id
  description = "Skep's images and releases"
  name        = "skep-registry"
  statements = [{
    Sid       = "ReadReleases"
    Effect    = "Allow"
    Principal = { AWS = local.readers }
    Action    = ["kms:Decrypt", "kms:DescribeKey"]
    Resource  = "*" # no narrower resource: a key's policy is about that key alone
    Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
  }]
}

module "images" {
  source = "../../modules/image_registry"

  prefix           = "skep"
  services         = local.services
  kms_key_arn      = module.key.arn
  pull_account_ids = var.reader_account_ids
}

# Releases and images are signed with it. Nobody can take it out of KMS; everybody may check a signature.
resource "aws_kms_key" "signing" {
  #checkov:skip=CKV_AWS_7: KMS rotates no asymmetric key; a new one is another key with another alias
  description              = "Signs Skep's releases"
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  deletion_window_in_days  = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
        Action = [
          "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey", "kms:EnableKey",
          "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:GetPublicKey", "kms:ListGrants", "kms:ListKeyPolicies",
          "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:Sign", "kms:TagResource",
          "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription", "kms:Verify",
        ]
        Resource = "*" # no narrower resource: a key's policy is about that key alone
      },
      {
        Sid       = "Check"
        Effect    = "Allow"
        Principal = { AWS = local.readers }
        Action    = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Verify"]
        Resource  = "*" # no narrower resource: a key's policy is about that key alone
      },
    ]
  })
}

resource "aws_kms_alias" "signing" {
  name          = "alias/skep-signing"
  target_key_id = aws_kms_key.signing.key_id
}
