mock_provider "aws" {
  source = "../../mocks"
}

variables {
  account_id   = "111111111111"
  region       = "eu-west-1"
  environments = ["dev", "staging"]
  jenkins = {
    issuer        = "https://jenkins.example.com/oidc"
    audience      = "sts.amazonaws.com"
    plan_jobs     = ["https://jenkins.example.com/job/skep/job/main/"]
    promotion_job = "https://jenkins.example.com/job/promote/"
  }
  registry = {
    account_id      = "999999999999"
    key_arn         = "arn:aws:kms:eu-west-1:999999999999:key/11111111-1111-4111-8111-111111111111"
    releases_bucket = "skep-releases-999999999999"
    signing_key_arn = "arn:aws:kms:eu-west-1:999999999999:key/22222222-2222-4222-8222-222222222222"
  }
}

run "states_are_kept_versioned_encrypted_and_private" {
  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "A broken state is mended from the version before."
  }
  assert {
    condition = (
      one(one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms" &&
      one(one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default).kms_master_key_id == module.state_key.arn
    )
    error_message = "States are encrypted with our key."
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.state.block_public_acls, aws_s3_bucket_public_access_block.state.block_public_policy,
      aws_s3_bucket_public_access_block.state.ignore_public_acls, aws_s3_bucket_public_access_block.state.restrict_public_buckets,
    ])
    error_message = "Nothing may open the bucket to the public."
  }
  assert {
    condition = [for one in jsondecode(aws_s3_bucket_policy.state.policy).Statement : [one.Sid, one.Effect]] == [
      ["TlsOnly", "Deny"], ["OurKeyOnly", "Deny"],
    ]
    error_message = "The bucket's policy refuses plain HTTP and other keys, and allows nobody."
  }
  assert {
    condition     = strcontains(output.backend, "bucket=skep-state-111111111111-eu-west-1") && strcontains(output.backend, "kms_key_id=arn:aws:kms:")
    error_message = "The line to begin with names bucket and key."
  }
}

run "plan_and_apply_are_apart" {
  assert {
    condition = { for name, role in aws_iam_role.jenkins :
      name => flatten([jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["jenkins.example.com/oidc:sub"]])
      } == {
      plan    = ["https://jenkins.example.com/job/promote/", "https://jenkins.example.com/job/skep/job/main/"]
      apply   = ["https://jenkins.example.com/job/promote/"]
      promote = ["https://jenkins.example.com/job/promote/"]
    }
    error_message = "Every commit may plan; only the promotion job applies and promotes."
  }
  assert {
    condition     = alltrue([for role in aws_iam_role.jenkins : jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["jenkins.example.com/oidc:aud"] == "sts.amazonaws.com"])
    error_message = "The token must be meant for AWS."
  }
  assert {
    condition     = toset(keys(aws_iam_role_policy_attachment.jenkins)) == toset(["plan/read", "apply/read", "apply/network", "apply/data", "apply/compute", "apply/identity", "apply/watch", "promote/promote"])
    error_message = "A plan reads, an apply reads and changes, a promotion does neither."
  }
  assert {
    condition     = length(setintersection(flatten([for one in local.read_statements : one.Action]), ["secretsmanager:GetSecretValue", "logs:GetLogEvents", "lambda:InvokeFunction"])) == 0
    error_message = "A plan sees no secret, no log and runs nothing."
  }
  assert {
    condition     = one([for one in local.read_statements : one.Resource if one.Sid == "LockStates"]) == [for name in ["dev", "staging"] : "${local.state_arn}/environments/${name}/*.tflock"]
    error_message = "A plan writes locks and no states."
  }
}

run "where_an_alias_points_is_the_promotions_alone" {
  assert {
    condition     = length(setintersection(flatten([for one in concat(local.read_statements, flatten(values(local.apply_statements))) : one.Action]), ["lambda:UpdateAlias", "lambda:InvokeFunction"])) == 0
    error_message = "An apply must not move aliases nor run functions."
  }
  assert {
    condition     = one([for one in local.promote_statements : one.Resource if one.Sid == "TryVersions"]) == ["arn:aws:lambda:eu-west-1:111111111111:function:skep-dev-*:*", "arn:aws:lambda:eu-west-1:111111111111:function:skep-staging-*:*"]
    error_message = "A function is invoked by a qualifier, and of this account's environments."
  }
  assert {
    condition     = toset([for one in local.promote_statements : one.Sid]) == toset(["MoveAliases", "TryVersions", "ReadAlarms"])
    error_message = "A promotion moves aliases, tries versions, reads alarms; nothing more."
  }
}

run "policies_are_of_a_size_that_iam_takes_and_allow_no_every_action" {
  assert {
    condition = alltrue([
      for policy in concat([aws_iam_policy.boundary, aws_iam_policy.jenkins_boundary, aws_iam_policy.read, aws_iam_policy.promote], values(aws_iam_policy.apply)) :
      length(replace(policy.policy, "/\\s/", "")) <= 6144
    ])
    error_message = "IAM takes 6,144 characters a policy."
  }
  assert {
    condition     = length([for one in flatten([for one in concat(local.jenkins_statements, local.boundary_statements) : one.Action]) : one if endswith(one, ":*") || one == "*"]) == 0
    error_message = "No statement allows every action of a service."
  }
  assert {
    condition     = alltrue([for action in flatten([for one in local.jenkins_statements : one.Action]) : anytrue([for verb in local.jenkins_verbs : startswith(action, trimsuffix(verb, "*"))])])
    error_message = "Jenkins's boundary must let through what its policies allow."
  }
}

run "every_role_is_bound_and_jenkins_cannot_loosen_it" {
  assert {
    condition     = aws_iam_role.gateway_log.permissions_boundary == aws_iam_policy.boundary.arn && alltrue([for role in aws_iam_role.jenkins : role.permissions_boundary == aws_iam_policy.jenkins_boundary.arn])
    error_message = "Every role has a boundary."
  }
  assert {
    condition     = one([for one in local.apply_identity : one.Condition.StringEquals["iam:PermissionsBoundary"] if one.Sid == "MakeBoundRoles"]) == aws_iam_policy.boundary.arn
    error_message = "An apply makes no role without the boundary."
  }
  assert {
    condition     = [for one in jsondecode(aws_iam_policy.jenkins_boundary.policy).Statement : one.Sid if one.Effect == "Deny"] == ["LeaveBoundariesAlone", "LeaveTheAccountAlone", "LeaveClientsKeysAlone"]
    error_message = "Boundaries, Jenkins's own roles and clients' keys are out of its reach."
  }
  assert {
    condition     = aws_api_gateway_account.this.cloudwatch_role_arn == aws_iam_role.gateway_log.arn
    error_message = "API Gateway writes its logs by its role."
  }
}

run "production_is_reached_by_the_promotion_job_alone" {
  variables {
    environments = ["production"]
  }
  assert {
    condition     = alltrue([for jobs in local.callers : jsonencode(jobs) == jsonencode(["https://jenkins.example.com/job/promote/"])])
    error_message = "Nobody else reaches production, even to look."
  }
  assert {
    condition     = strcontains(aws_iam_policy.jenkins_boundary.policy, "LoseNothing")
    error_message = "Jenkins deletes no database, bucket or key in production."
  }
}

run "the_job_that_looks_for_drift_looks_in_production_and_does_nothing_else" {
  variables {
    environments = ["production"]
    jenkins = {
      issuer        = "https://jenkins.example.com/oidc/job/skep"
      audience      = "sts.amazonaws.com"
      plan_jobs     = ["https://jenkins.example.com/job/skep/job/build/job/main/"]
      promotion_job = "https://jenkins.example.com/job/skep/job/promote/"
      drift_job     = "https://jenkins.example.com/job/skep/job/drift/"
    }
  }
  assert {
    condition = jsonencode(local.callers) == jsonencode({
      apply   = ["https://jenkins.example.com/job/skep/job/promote/"]
      plan    = ["https://jenkins.example.com/job/skep/job/drift/", "https://jenkins.example.com/job/skep/job/promote/"]
      promote = ["https://jenkins.example.com/job/skep/job/promote/"]
    })
    error_message = "Drift reads, and what plans on every commit doesn't even that."
  }
  assert {
    condition     = toset([for key, one in local.attachments : one.policy if one.role == "plan"]) == toset(["read"])
    error_message = "Who looks may read, and no more."
  }
}

run "a_job_that_delivers_has_one_role_for_all_of_it" {
  variables {
    environments = ["dev"]
    jenkins = {
      issuer        = "https://jenkins.example.com/oidc/job/skep"
      audience      = "sts.amazonaws.com"
      plan_jobs     = []
      promotion_job = "https://jenkins.example.com/job/skep/job/promote/"
      delivery_job  = "https://jenkins.example.com/job/skep/job/build/job/main/"
      drift_job     = "https://jenkins.example.com/job/skep/job/drift/"
    }
  }
  assert {
    condition = (
      jsondecode(aws_iam_role.jenkins["deliver"].assume_role_policy).Statement[0].Condition.StringEquals["jenkins.example.com/oidc/job/skep:sub"] == ["https://jenkins.example.com/job/skep/job/build/job/main/"] &&
      output.jenkins_role_arns["deliver"] == aws_iam_role.jenkins["deliver"].arn
    )
    error_message = "The build of main takes it, and no other job."
  }
  assert {
    condition     = toset([for key, one in local.attachments : one.policy if one.role == "deliver"]) == toset(["read", "network", "data", "compute", "identity", "watch", "promote"])
    error_message = "It reads, applies, and moves aliases."
  }
  assert {
    condition     = aws_iam_role.jenkins["deliver"].permissions_boundary == aws_iam_policy.jenkins_boundary.arn && length([for one in local.attachments : one if one.role == "deliver"]) <= 10
    error_message = "It is bound like the others, and IAM takes ten policies a role."
  }
}

run "a_domains_zone_is_open_only_where_it_is_named" {
  variables {
    zone_ids = ["Z0123456789"]
  }
  assert {
    condition     = one([for one in local.apply_watch : one.Resource if one.Sid == "DomainNames"])[0] == "arn:aws:route53:::hostedzone/Z0123456789"
    error_message = "Names are written in the zone that is named."
  }
}

run "an_account_of_the_registry_alone_has_states_and_nothing_to_apply" {
  variables {
    environments = []
  }
  assert {
    condition     = length(aws_iam_policy.apply) == 0 && toset(keys(aws_iam_role_policy_attachment.jenkins)) == toset(["plan/read", "apply/read", "promote/promote"])
    error_message = "There is no environment to apply."
  }
  assert {
    condition     = alltrue([for policy in [aws_iam_policy.boundary, aws_iam_policy.read, aws_iam_policy.promote] : alltrue([for one in jsondecode(policy.policy).Statement : length(one.Resource) > 0])])
    error_message = "IAM takes no statement without a resource."
  }
}
