# What happens without a request: two queues and the clock, the files that jobs read and write, and, where asked for,
# the same images as ECS tasks for what takes longer than a Lambda may run.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.region
}
