# files: what people upload and what exports make, for a week. assets: stylesheets, scripts and pictures of every
# release, under names with a hash. Names of buckets are unique in all of AWS, hence the account in them.

locals {
  # What S3 asks the roles for is in their policies; these let nobody in.
  only_by_tls = {
    for name, bucket in { files = aws_s3_bucket.files, assets = aws_s3_bucket.assets } : name => [
      for sid, condition in {
        OnlyByTls   = { Bool = { "aws:SecureTransport" = "false" } }
        OnlyByTls12 = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
        } : {
        Sid       = sid
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:*"
        Resource  = [bucket.arn, "${bucket.arn}/*"]
        Condition = condition
      }
    ]
  }
}

resource "aws_s3_bucket" "files" {
  #checkov:skip=CKV_AWS_18: Who asked for which file is in the log of the service that signed for it; a signature lives for minutes.
  #checkov:skip=CKV_AWS_144: A file lives for a week, and is a copy: its records are in the database.
  #checkov:skip=CKV2_AWS_62: Nobody waits for an object: a job names its file.

  bucket        = "${var.name}-files-${local.account_id}"
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket_ownership_controls" "files" {
  bucket = aws_s3_bucket.files.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "files" {
  bucket = aws_s3_bucket.files.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "files" {
  bucket = aws_s3_bucket.files.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.only_by_tls["files"] })

  # S3 takes no policy and no public access block for one bucket at the same moment.
  depends_on = [aws_s3_bucket_public_access_block.files]
}

resource "aws_s3_bucket_server_side_encryption_configuration" "files" {
  bucket = aws_s3_bucket.files.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

# A file that is put in another's place, or taken away by mistake, is there for a day more.
resource "aws_s3_bucket_versioning" "files" {
  bucket = aws_s3_bucket.files.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "files" {
  bucket = aws_s3_bucket.files.id

  rule {
    id     = "files"
    status = "Enabled"

    filter {}

    expiration {
      days = var.files_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  # What is left of a file is the mark that it is gone; S3 takes no days beside this.
  rule {
    id     = "marks"
    status = "Enabled"

    filter {}

    expiration {
      expired_object_delete_marker = true
    }
  }

  depends_on = [aws_s3_bucket_versioning.files]
}

# The forms put a file into the bucket from the browser, by a request that they were given the signature of.
resource "aws_s3_bucket_cors_configuration" "files" {
  count = length(var.cors_origins) > 0 ? 1 : 0

  bucket = aws_s3_bucket.files.id

  cors_rule {
    allowed_origins = var.cors_origins
    allowed_methods = ["PUT"]
    allowed_headers = ["content-type"]
    max_age_seconds = 3600
  }
}

resource "aws_s3_bucket" "assets" {
  #checkov:skip=CKV_AWS_18: Assets are for everybody, and API Gateway's log has the requests.
  #checkov:skip=CKV_AWS_144: Assets come anew from the release.
  #checkov:skip=CKV2_AWS_62: Nobody waits for an object: a page names its assets.

  bucket        = "${var.name}-assets-${local.account_id}"
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket_ownership_controls" "assets" {
  bucket = aws_s3_bucket.assets.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "assets" {
  bucket = aws_s3_bucket.assets.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "assets" {
  bucket = aws_s3_bucket.assets.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.only_by_tls["assets"] })

  # S3 takes no policy and no public access block for one bucket at the same moment.
  depends_on = [aws_s3_bucket_public_access_block.assets]
}

resource "aws_s3_bucket_server_side_encryption_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "assets" {
  bucket = aws_s3_bucket.assets.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Nothing else goes: a page of an older release asks for the assets that it was made with, and a rollback brings such
# pages back.
resource "aws_s3_bucket_lifecycle_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  rule {
    id     = "unfinished"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}
