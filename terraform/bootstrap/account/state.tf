# The states of all roots in this account, each under its key, with its lock beside it (<key>.tflock).

module "state_key" {
  source = "../../modules/key"

  account_id  = var.account_id
  description = "Skep's Terraform states"
  name        = "skep-state"
}

resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_18: who reads a state stands in CloudTrail; a log bucket would need a log bucket
  #checkov:skip=CKV_AWS_144: a state without its region helps nobody, and versions bring back an older one
  #checkov:skip=CKV2_AWS_62: nothing waits for a state to change
  bucket = "skep-state-${var.account_id}-${var.region}"
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      kms_master_key_id = module.state_key.arn
      sse_algorithm     = "aws:kms"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket = aws_s3_bucket.state.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    # A lock is a new version each time; of a state, the last hundred stay however old.
    noncurrent_version_expiration {
      newer_noncurrent_versions = 100
      noncurrent_days           = 90
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.state]
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:*"]
        Resource  = [aws_s3_bucket.state.arn, "${aws_s3_bucket.state.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        # A backend without kms_key_id asks for S3's own key, and that would hold.
        Sid       = "OurKeyOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:PutObject"]
        Resource  = ["${aws_s3_bucket.state.arn}/*"]
        Condition = { StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = module.state_key.arn } }
      },
    ]
  })
  depends_on = [aws_s3_bucket_public_access_block.state]
}
