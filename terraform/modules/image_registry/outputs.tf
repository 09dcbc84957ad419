output "repository_arns" {
  description = "Service -> ARN of its repository."
  value       = { for service, repository in aws_ecr_repository.this : service => repository.arn }
}

output "repository_urls" {
  description = "Service -> where its image is pushed and pulled; with @sha256:… it is an image's name."
  value       = { for service, repository in aws_ecr_repository.this : service => repository.repository_url }
}
