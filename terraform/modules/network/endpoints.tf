# The ways from isolated subnets to AWS services. S3's is free; an interface endpoint costs 8 USD a month and zone.
#
# Each has a policy: this account's principals and the actions that Skep uses; for S3, this account's buckets. Another
# account's credentials are of no use from inside the VPC, so data can't be carried out to one.

locals {
  service_prefix = "com.amazonaws.${data.aws_region.current.region}"

  # An image is fetched from both.
  image_actions = [
    "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer",
  ]
  endpoint_actions = {
    "ecr.api" = local.image_actions
    "ecr.dkr" = local.image_actions
    kms       = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
    logs = [
      "logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents",
    ]
    monitoring     = ["cloudwatch:PutMetricData"]
    secretsmanager = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    sqs = [
      "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
      "sqs:ReceiveMessage", "sqs:SendMessage",
    ]
    sts  = ["sts:AssumeRole", "sts:GetCallerIdentity"]
    xray = ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"]
  }

  s3_actions = [
    "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:GetObjectAttributes", "s3:GetObjectVersion",
    "s3:ListBucket", "s3:ListMultipartUploadParts", "s3:PutObject",
  ]

  endpoint_policies = {
    for service, actions in local.endpoint_actions : service => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = actions
        Resource  = "*" # no narrower resource: this guards who calls; what they may touch is in their roles
        Condition = { StringEquals = { "aws:PrincipalAccount" = data.aws_caller_identity.current.account_id } }
      }]
    })
  }

  s3_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = local.s3_actions
        Resource  = "*" # no narrower resource: buckets come after the network; the condition names their account
        Condition = { StringEquals = { "s3:ResourceAccount" = data.aws_caller_identity.current.account_id } }
      }],
      # ECR keeps layers in a bucket of AWS's own, by a signature that it gives with the image.
      [for service in var.interface_endpoints : {
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = ["s3:GetObject"]
        Resource  = "arn:${data.aws_partition.current.partition}:s3:::prod-${data.aws_region.current.region}-starport-layer-bucket/*"
        Condition = { StringEquals = { "aws:SourceVpc" = aws_vpc.main.id } }
      } if service == "ecr.dkr"],
    )
  })
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.main.id
  service_name      = "${local.service_prefix}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = concat([aws_route_table.isolated.id], [for zone in var.zones : aws_route_table.private[zone].id])
  policy            = local.s3_policy

  tags = { Name = "${var.name}-s3" }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = var.interface_endpoints

  vpc_id              = aws_vpc.main.id
  service_name        = "${local.service_prefix}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [for zone in var.zones : aws_subnet.isolated[zone].id]
  security_group_ids  = [aws_security_group.endpoints[0].id]
  policy              = local.endpoint_policies[each.key]

  tags = { Name = "${var.name}-${each.key}" }
}
