output "publish_role_arn" {
  description = "The role that Jenkins takes to push, sign and release; null before Jenkins is known."
  value       = one([for role in aws_iam_role.publish : role.arn])
}

output "registry" {
  description = "What bootstrap/account asks for as `registry`."
  value = {
    account_id      = var.account_id
    key_arn         = module.key.arn
    releases_bucket = aws_s3_bucket.releases.bucket
    signing_key_arn = aws_kms_key.signing.arn
  }
}

output "repository_urls" {
  description = "Service -> its repository."
  value       = module.images.repository_urls
}
