# Jenkins shows a token that it has signed itself, and no access key is kept anywhere. `sub` is the job's URL, as the
# plugin OpenID Connect Provider writes it: a branch or a fork is another job. The issuer is that of the folder whose jobs
# run reviewed code alone (jenkins/README.md says why not Jenkins's own).

locals {
  issuer = trimprefix(var.jenkins.issuer, "https://")

  # Production is reached by the promotion job alone, but for the one that looks for drift, and only to look.
  onlookers = compact([var.jenkins.drift_job, var.jenkins.promotion_job])
  callers = merge(
    {
      plan    = local.production ? local.onlookers : sort(setunion(var.jenkins.plan_jobs, local.onlookers))
      apply   = [var.jenkins.promotion_job]
      promote = [var.jenkins.promotion_job]
    },
    # Where nobody is asked, one role is what two would be: the same job could take both.
    var.jenkins.delivery_job == null ? {} : { deliver = [var.jenkins.delivery_job] },
  )
  purposes = {
    deliver = "Applies and moves aliases after each merge, where nobody is asked"
    plan    = "Reads what there is, and locks a state while it does"
    apply   = "Makes a saved plan true: all of an environment but where its aliases point"
    promote = "Moves aliases, tries a version by its qualifier, reads alarms"
  }
  policies = merge(
    { read = aws_iam_policy.read.arn, promote = aws_iam_policy.promote.arn },
    { for name, policy in aws_iam_policy.apply : name => policy.arn },
  )
  applied = concat(["read"], keys(local.apply_statements))
  attachments = merge([
    for role, policies in { plan = ["read"], apply = local.applied, promote = ["promote"], deliver = concat(local.applied, ["promote"]) } :
    { for policy in policies : "${role}/${policy}" => { role = role, policy = policy } } if contains(keys(local.callers), role)
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
  policy_arn = local.policies[each.value.policy]
}
