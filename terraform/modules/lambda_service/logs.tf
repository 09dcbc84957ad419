# Made before the function: the group that Lambda would make by itself is neither encrypted nor ever emptied.
resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338: How long logs are kept differs by environment. What changed, and who did it, is in the database's change log for good.

  name              = "/aws/lambda/${local.function_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
