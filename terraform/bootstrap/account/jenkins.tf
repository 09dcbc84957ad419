# Jenkins shows a token that it has signed itself, and no access key is kept anywhere. `sub` is the job's URL, as the
# plugin OpenID Connect Provider writes it: a branch or a fork is another job.

locals {
  issuer = trimprefix(var.jenkins.issuer, "https://")

  # Production is reached by the promotion job alone, even to look.
  callers = {
    plan    = local.production ? [var.jenkins.promotion_job] : sort(setunion(var.jenkins.plan_jobs, [var.jenkins.promotion_job]))
    apply   = [var.jenkins.promotion_job]
    promote = [var.jenkins.promotion_job]
  }
  purposes = {
    plan    = "Reads what there is, and locks a state while it does"
    apply   = "Makes a saved plan true: all of an environment but where its aliases point"
    promote = "Moves aliases, tries a version by its qualifier, reads alarms"
  }
  policies = {
    plan    = { read = aws_iam_policy.read.arn }
    apply   = merge({ read = aws_iam_policy.read.arn }, { for name, policy in aws_iam_policy.apply : name => policy.arn })
    promote = { promote = aws_iam_policy.promote.arn }
  }
  attachments = merge([
    for role, policies in { plan = ["read"], apply = concat(["read"], keys(local.apply_statements)), promote = ["promote"] } :
    { for policy in policies : "${role}/${policy}" => { role = role, policy = policy } }
  ]...)
}

resource "aws_iam_openid_connect_provider" "jenkins" {
  url             = var.jenkins.issuer
  client_id_list  = [var.jenkins.audience]
  thumbprint_list = var.jenkins.thumbprints
}

resource "aws_iam_role" "jenkins" {
  for_each = local.callers

  name                 = "skep-jenkins-${each.key}"
  description          = local.purposes[each.key]
  max_session_duration = 7200
  permissions_boundary = aws_iam_policy.jenkins_boundary.arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Jenkins"
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.jenkins.arn }
      Action    = ["sts:AssumeRoleWithWebIdentity"]
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = var.jenkins.audience
          "${local.issuer}:sub" = each.value
        }
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "jenkins" {
  for_each = local.attachments

  role       = aws_iam_role.jenkins[each.value.role].name
  policy_arn = local.policies[each.value.role][each.value.policy]
}
