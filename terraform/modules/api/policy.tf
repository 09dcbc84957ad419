# The API's resource policy. It holds for the whole API: once there is one, what it doesn't allow is refused, also on paths
# that ask for no signature. On signed paths it adds to the caller's own IAM policy, so that nobody in the account is
# kept out by being left out: only a Deny does that.

locals {
  is_iam_open = length(var.iam_caller_arns) > 0

  resource_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Everybody"
        Effect    = "Allow"
        Principal = "*"
        Action    = "execute-api:Invoke"
        Resource  = "execute-api:/*"
      },
      # An unsigned request has no aws:PrincipalArn, and ArnNotEquals is true of what isn't there: it is refused, too.
      # The last asterisk but one stands for the method. It takes in slashes, and so refuses too much rather than too little.
      merge(
        {
          Sid       = "NobodyElseByRole"
          Effect    = "Deny"
          Principal = "*"
          Action    = "execute-api:Invoke"
          Resource  = "execute-api:/*/*/iam/v1/*"
        },
        local.is_iam_open ? { Condition = { ArnNotEquals = { "aws:PrincipalArn" = sort(var.iam_caller_arns) } } } : {},
      ),
    ]
  }
}
