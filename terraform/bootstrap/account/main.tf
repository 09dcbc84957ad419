# Once in each account: where states are kept, what belongs to the account and not to an environment, and who may do what.

locals {
  production = contains(var.environments, "production")
  names      = [for environment in sort(var.environments) : "skep-${environment}"]

  arn = { for service in ["cloudwatch", "ec2", "ecs", "kms", "lambda", "logs", "rds", "scheduler", "secretsmanager", "sns", "sqs", "wafv2"] :
    service => "arn:aws:${service}:${var.region}:${var.account_id}"
  }
  role_arn = "arn:aws:iam::${var.account_id}:role"
}

# One in each region of an account: what stands in an environment would take it from the others when it goes.
resource "aws_api_gateway_account" "this" {
  cloudwatch_role_arn = aws_iam_role.gateway_log.arn

  # API Gateway tries the role before it takes it.
  depends_on = [aws_iam_role_policy_attachment.gateway_log]
}

resource "aws_iam_role" "gateway_log" {
  name                 = "skep-gateway-log"
  description          = "API Gateway writes its logs"
  permissions_boundary = aws_iam_policy.boundary.arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "ApiGateway"
      Effect    = "Allow"
      Principal = { Service = "apigateway.amazonaws.com" }
      Action    = ["sts:AssumeRole"]
    }]
  })
}

# The only policy that API Gateway is documented to take; the boundary keeps it to this account's logs.
resource "aws_iam_role_policy_attachment" "gateway_log" {
  role       = aws_iam_role.gateway_log.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}
