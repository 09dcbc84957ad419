mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                     = "skep-dev"
  kms_key_arn              = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/skep-boundary"
  cors_origins             = ["https://skep.example"]
  automations = {
    alias_arn            = "arn:aws:lambda:eu-west-1:111111111111:function:skep-dev-automations:live"
    role_name            = "skep-dev-automations"
    timeout_seconds      = 900
    reserved_concurrency = 5
    maximum_concurrency  = 4
  }
  key_sync = {
    alias_arn       = "arn:aws:lambda:eu-west-1:111111111111:function:skep-dev-key-sync:live"
    role_name       = "skep-dev-key-sync"
    timeout_seconds = 300
  }
}

run "buckets_are_private_encrypted_and_reached_by_tls_alone" {
  assert {
    condition     = aws_s3_bucket.files.bucket == "skep-dev-files-111111111111" && aws_s3_bucket.assets.bucket == "skep-dev-assets-111111111111"
    error_message = "Names of buckets have the account in them."
  }
  assert {
    condition = alltrue([
      for one in [aws_s3_bucket_public_access_block.files, aws_s3_bucket_public_access_block.assets] :
      one.block_public_acls && one.block_public_policy && one.ignore_public_acls && one.restrict_public_buckets
    ])
    error_message = "No bucket may be public."
  }
  assert {
    condition = alltrue(flatten([
      for one in [aws_s3_bucket_server_side_encryption_configuration.files, aws_s3_bucket_server_side_encryption_configuration.assets] : [
        for rule in one.rule : rule.apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms" &&
        rule.apply_server_side_encryption_by_default[0].kms_master_key_id == var.kms_key_arn
      ]
    ]))
    error_message = "Buckets must be encrypted with our key."
  }
  assert {
    condition = alltrue([
      for one in [aws_s3_bucket_policy.files, aws_s3_bucket_policy.assets] : [for statement in jsondecode(one.policy).Statement : [statement.Effect, statement.Condition]] == [
        ["Deny", { Bool = { "aws:SecureTransport" = "false" } }], ["Deny", { NumericLessThan = { "s3:TlsVersion" = "1.2" } }]
      ]
    ])
    error_message = "Every bucket must refuse what comes without TLS 1.2, and let nobody in."
  }
  assert {
    condition = alltrue([
      for one in [aws_s3_bucket_versioning.files, aws_s3_bucket_versioning.assets] : one.versioning_configuration[0].status == "Enabled"
    ])
    error_message = "Buckets must be versioned."
  }
  assert {
    condition     = !aws_s3_bucket.files.force_destroy && !aws_s3_bucket.assets.force_destroy
    error_message = "What is in a bucket may not go with it."
  }
}

run "files_go_after_a_week_and_assets_stay" {
  assert {
    condition = (
      aws_s3_bucket_lifecycle_configuration.files.rule[0].expiration[0].days == 7 &&
      aws_s3_bucket_lifecycle_configuration.files.rule[0].noncurrent_version_expiration[0].noncurrent_days == 1
    )
    error_message = "Files must be gone after seven days, and older versions a day later."
  }
  assert {
    condition = (
      length(aws_s3_bucket_lifecycle_configuration.assets.rule) == 1 &&
      length(aws_s3_bucket_lifecycle_configuration.assets.rule[0].expiration) == 0 &&
      length(aws_s3_bucket_lifecycle_configuration.assets.rule[0].noncurrent_version_expiration) == 0
    )
    error_message = "Assets must stay: older pages ask for older ones."
  }
  assert {
    condition = (
      one(aws_s3_bucket_cors_configuration.files[0].cors_rule).allowed_origins == toset(["https://skep.example"]) &&
      one(aws_s3_bucket_cors_configuration.files[0].cors_rule).allowed_methods == toset(["PUT"])
    )
    error_message = "Browsers put files from the forms, and nothing else from anywhere else."
  }
}

run "an_emulator_lets_go_of_everything" {
  variables {
    cors_origins  = []
    files_days    = 1
    force_destroy = true
  }

  assert {
    condition     = length(aws_s3_bucket_cors_configuration.files) == 0
    error_message = "What isn't asked for isn't there."
  }
  assert {
    condition     = aws_s3_bucket.files.force_destroy && aws_s3_bucket.assets.force_destroy
    error_message = "Where everything is for show, destroying leaves nothing."
  }
  assert {
    condition     = output.fargate == null && length(aws_ecs_task_definition.this) == 0 && length(aws_ecs_cluster.this) == 0
    error_message = "Without fargate there is no cluster."
  }
}
