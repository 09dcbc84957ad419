output "backend" {
  description = "How to begin in any root of this account."
  value       = "terraform init -backend-config=bucket=${aws_s3_bucket.state.bucket} -backend-config=region=${var.region} -backend-config=kms_key_id=${module.state_key.arn}"
}

output "boundary_arn" {
  description = "The policy that bounds every role of an environment."
  value       = aws_iam_policy.boundary.arn
}

output "jenkins_provider_arn" {
  description = "Jenkins as an identity provider of this account."
  value       = aws_iam_openid_connect_provider.jenkins.arn
}

output "jenkins_role_arns" {
  description = "plan, apply, promote, and deliver where it is: the role that Jenkins takes for it."
  value       = { for name, role in aws_iam_role.jenkins : name => role.arn }
}

output "state_bucket" {
  description = "The bucket of the states."
  value       = aws_s3_bucket.state.bucket
}
