# The job that builds may push images, sign, and add a release; it can take nothing away. It comes with the second apply: the
# first is before bootstrap/account, which makes Jenkins known.

locals {
  jenkins = var.jenkins == null ? {} : { this = var.jenkins }

  publish_statements = [
    {
      Sid      = "LogIn"
      Effect   = "Allow"
      Action   = ["ecr:GetAuthorizationToken"]
      Resource = ["*"] # no narrower resource: the token is good for every registry that lets the role in
    },
    {
      Sid    = "Push"
      Effect = "Allow"
      Action = [
        "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
        "ecr:DescribeImageScanFindings", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage",
        "ecr:UploadLayerPart",
      ]
      Resource = values(module.images.repository_arns)
    },
    {
      Sid      = "Sign"
      Effect   = "Allow"
      Action   = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
      Resource = [aws_kms_key.signing.arn]
    },
    {
      Sid      = "AddReleases"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = ["${aws_s3_bucket.releases.arn}/*"]
    },
    {
      Sid      = "FindReleases"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = [aws_s3_bucket.releases.arn]
    },
    {
      Sid      = "EncryptReleases"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = [module.key.arn]
    },
  ]
}

resource "aws_iam_policy" "publish" {
  for_each = local.jenkins

  name        = "skep-jenkins-publish"
  description = "What the job that builds does in the registry"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.publish_statements })
}

resource "aws_iam_role" "publish" {
  for_each = local.jenkins

  name        = "skep-jenkins-publish"
  description = "Pushes images, signs, adds releases"
  # Whatever else somebody attaches to it one day, it is good for no more.
  permissions_boundary = aws_iam_policy.publish[each.key].arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "Jenkins"
        Effect    = "Allow"
        Principal = { Federated = each.value.provider_arn }
        Action    = ["sts:AssumeRoleWithWebIdentity"]
        Condition = {
          StringEquals = {
            "${trimprefix(each.value.issuer, "https://")}:aud" = each.value.audience
            "${trimprefix(each.value.issuer, "https://")}:sub" = each.value.release_job
          }
        }
      }],
      # Each tag is a job of its own, that nobody can name before there is the tag.
      each.value.release_tags == null ? [] : [{
        Sid       = "JenkinsTags"
        Effect    = "Allow"
        Principal = { Federated = each.value.provider_arn }
        Action    = ["sts:AssumeRoleWithWebIdentity"]
        Condition = {
          StringEquals = { "${trimprefix(each.value.issuer, "https://")}:aud" = each.value.audience }
          StringLike   = { "${trimprefix(each.value.issuer, "https://")}:sub" = each.value.release_tags }
        }
      }],
    )
  })
}

resource "aws_iam_role_policy_attachment" "publish" {
  for_each = local.jenkins

  role       = aws_iam_role.publish[each.key].name
  policy_arn = aws_iam_policy.publish[each.key].arn
}
