mock_provider "aws" {
  source = "../../mocks"
}

variables {
  account_id         = "999999999999"
  region             = "eu-west-1"
  reader_account_ids = ["111111111111", "333333333333"]
  jenkins = {
    provider_arn = "arn:aws:iam::999999999999:oidc-provider/jenkins.example.com/oidc"
    issuer       = "https://jenkins.example.com/oidc"
    audience     = "sts.amazonaws.com"
    release_job  = "https://jenkins.example.com/job/skep/job/main/"
  }
}

run "a_release_cannot_be_changed_and_every_account_may_read_it" {
  assert {
    condition     = aws_s3_bucket.releases.object_lock_enabled && aws_s3_bucket_versioning.releases.versioning_configuration[0].status == "Enabled"
    error_message = "Object lock and versions are there from the start."
  }
  assert {
    condition     = one(one(aws_s3_bucket_object_lock_configuration.releases.rule).default_retention).mode == "COMPLIANCE"
    error_message = "Nobody can lift the lock."
  }
  assert {
    condition = jsonencode({ for one in jsondecode(aws_s3_bucket_policy.releases.policy).Statement : one.Sid => one.Principal }) == jsonencode({
      List    = { AWS = ["arn:aws:iam::111111111111:root", "arn:aws:iam::333333333333:root"] }
      Read    = { AWS = ["arn:aws:iam::111111111111:root", "arn:aws:iam::333333333333:root"] }
      TlsOnly = "*"
    })
    error_message = "The environments' accounts read, nobody comes without TLS, and nobody else is let in."
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.releases.block_public_acls, aws_s3_bucket_public_access_block.releases.block_public_policy,
      aws_s3_bucket_public_access_block.releases.ignore_public_acls, aws_s3_bucket_public_access_block.releases.restrict_public_buckets,
    ])
    error_message = "Nothing may open the bucket to the public."
  }
  assert {
    condition = (
      one(one(aws_s3_bucket_server_side_encryption_configuration.releases.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms" &&
      one(one(aws_s3_bucket_server_side_encryption_configuration.releases.rule).apply_server_side_encryption_by_default).kms_master_key_id == module.key.arn
    )
    error_message = "Releases are encrypted with our key."
  }
}

run "images_are_there_for_every_service_and_signed_with_a_key_of_their_own" {
  assert {
    condition     = toset(keys(module.images.repository_urls)) == toset(keys(jsondecode(file("../../../services/catalog.json")).services))
    error_message = "Each service of the catalog has a repository."
  }
  assert {
    condition     = aws_kms_key.signing.key_usage == "SIGN_VERIFY" && aws_kms_key.signing.customer_master_key_spec == "ECC_NIST_P256"
    error_message = "The signing key signs, and does nothing else."
  }
  assert {
    condition     = one([for one in jsondecode(aws_kms_key.signing.policy).Statement : sort(one.Action) if one.Sid == "Check"]) == tolist(["kms:DescribeKey", "kms:GetPublicKey", "kms:Verify"])
    error_message = "The accounts check signatures, and make none."
  }
}

run "the_job_that_builds_adds_and_takes_nothing_away" {
  assert {
    condition     = length([for one in flatten([for one in local.publish_statements : one.Action]) : one if strcontains(one, "Delete") || strcontains(one, "*") || strcontains(one, "Bypass")]) == 0
    error_message = "It deletes nothing."
  }
  assert {
    condition     = jsondecode(aws_iam_role.publish["this"].assume_role_policy).Statement[0].Condition.StringEquals["jenkins.example.com/oidc:sub"] == "https://jenkins.example.com/job/skep/job/main/"
    error_message = "One job takes the role."
  }
  assert {
    condition     = aws_iam_role.publish["this"].permissions_boundary == aws_iam_policy.publish["this"].arn
    error_message = "Every role has a boundary."
  }
}

run "tags_are_released_too_where_they_are_named" {
  variables {
    jenkins = {
      provider_arn = "arn:aws:iam::999999999999:oidc-provider/jenkins.example.com/oidc/job/skep"
      issuer       = "https://jenkins.example.com/oidc/job/skep"
      audience     = "sts.amazonaws.com"
      release_job  = "https://jenkins.example.com/job/skep/job/build/job/main/"
      release_tags = "https://jenkins.example.com/job/skep/job/build/job/v*/"
    }
  }
  assert {
    condition = jsonencode({ for one in jsondecode(aws_iam_role.publish["this"].assume_role_policy).Statement : one.Sid => one.Condition }) == jsonencode({
      Jenkins = { StringEquals = {
        "jenkins.example.com/oidc/job/skep:aud" = "sts.amazonaws.com"
        "jenkins.example.com/oidc/job/skep:sub" = "https://jenkins.example.com/job/skep/job/build/job/main/"
      } }
      JenkinsTags = {
        StringEquals = { "jenkins.example.com/oidc/job/skep:aud" = "sts.amazonaws.com" }
        StringLike   = { "jenkins.example.com/oidc/job/skep:sub" = "https://jenkins.example.com/job/skep/job/build/job/v*/" }
      }
    })
    error_message = "main by its URL, tags by theirs, and for AWS both."
  }
}

run "before_jenkins_is_known_nobody_publishes" {
  variables {
    jenkins = null
  }
  assert {
    condition     = length(aws_iam_role.publish) == 0 && output.publish_role_arn == null
    error_message = "There is nobody to give the role to."
  }
}

run "values_that_are_wrong_by_themselves" {
  command = plan
  variables {
    reader_account_ids = []
    region             = "eu-west-1a"
    retention_days     = 29
    jenkins = {
      provider_arn = "arn:aws:iam::111111111111:oidc-provider/jenkins.example.com/oidc"
      issuer       = "http://jenkins.example.com/oidc/"
      audience     = "sts.amazonaws.com"
      release_job  = "https://jenkins.example.com/job/*"
    }
  }
  expect_failures = [var.reader_account_ids, var.region, var.retention_days, var.jenkins]
}

run "a_wildcard_for_a_job_and_half_a_day" {
  command = plan
  variables {
    retention_days = 30.5
    jenkins = {
      provider_arn = "arn:aws:iam::999999999999:oidc-provider/jenkins.example.com/oidc"
      issuer       = "https://jenkins.example.com/oidc"
      audience     = "sts.amazonaws.com"
      release_job  = "https://jenkins.example.com/job/*"
    }
  }
  expect_failures = [var.retention_days, var.jenkins]
}

run "tags_of_any_project" {
  command = plan
  variables {
    jenkins = {
      provider_arn = "arn:aws:iam::999999999999:oidc-provider/jenkins.example.com/oidc"
      issuer       = "https://jenkins.example.com/oidc"
      audience     = "sts.amazonaws.com"
      release_job  = "https://jenkins.example.com/job/main/"
      release_tags = "https://jenkins.example.com/job/*/job/v*/"
    }
  }
  expect_failures = [var.jenkins]
}

run "an_account_of_eleven_digits" {
  command = plan
  variables {
    account_id = "99999999999"
  }
  expect_failures = [var.account_id]
}
