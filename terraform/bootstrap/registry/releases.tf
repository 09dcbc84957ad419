# The records of releases. What was released can't be changed afterwards, by nobody: object lock is there from the first day,
# since a bucket can't be given it later without AWS's support.

resource "aws_s3_bucket" "releases" {
  #checkov:skip=CKV_AWS_18: who reads a release stands in CloudTrail; a log bucket would need a log bucket
  #checkov:skip=CKV_AWS_144: a release is a few kilobytes that can be built again from its commit
  #checkov:skip=CKV2_AWS_62: nothing waits for a release; a promotion is somebody's act
  bucket              = "skep-releases-${var.account_id}"
  object_lock_enabled = true
}

resource "aws_s3_bucket_versioning" "releases" {
  bucket = aws_s3_bucket.releases.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "releases" {
  bucket = aws_s3_bucket.releases.id

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = var.retention_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.releases]
}

resource "aws_s3_bucket_server_side_encryption_configuration" "releases" {
  bucket = aws_s3_bucket.releases.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      kms_master_key_id = module.key.arn
      sse_algorithm     = "aws:kms"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "releases" {
  bucket = aws_s3_bucket.releases.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "releases" {
  bucket = aws_s3_bucket.releases.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "releases" {
  bucket = aws_s3_bucket.releases.id

  rule {
    id     = "broken-off"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_policy" "releases" {
  bucket = aws_s3_bucket.releases.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:*"]
        Resource  = [aws_s3_bucket.releases.arn, "${aws_s3_bucket.releases.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "Read"
        Effect    = "Allow"
        Principal = { AWS = local.readers }
        Action    = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource  = ["${aws_s3_bucket.releases.arn}/*"]
      },
      {
        Sid       = "List"
        Effect    = "Allow"
        Principal = { AWS = local.readers }
        Action    = ["s3:ListBucket"]
        Resource  = [aws_s3_bucket.releases.arn]
      },
    ]
  })
  depends_on = [aws_s3_bucket_public_access_block.releases]
}
