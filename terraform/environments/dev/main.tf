# One environment. This file, variables.tf, outputs.tf and terraform.tf are the same in all of them; what differs stands in
# terraform.tfvars, and in backend.tf the state's key.

locals {
  folder = basename(abspath(path.root))

  # The others' own words, to refuse them here.
  others = {
    for file in fileset(path.root, "../{dev,staging,production}/terraform.tfvars") :
    basename(dirname(file)) => provider::terraform::decode_tfvars(file("${path.root}/${file}"))
    if basename(dirname(file)) != local.folder
  }
  # Two environments may share an account, but nobody shares production's.
  foreign_accounts = [
    for name, other in local.others : other.account_id if name == "production" || local.folder == "production"
  ]
}

module "platform" {
  source = "../../modules/platform"

  account_id  = var.account_id
  region      = var.region
  environment = var.environment
  cidr        = var.cidr
  zones       = var.zones

  images       = jsondecode(file(var.release_file))
  release      = var.release
  architecture = var.architecture
  rollout      = var.rollout

  database                      = var.database
  service_concurrency           = var.service_concurrency
  service_concurrency_overrides = var.service_concurrency_overrides
  provisioned_concurrency       = var.provisioned_concurrency
  snapstart                     = var.snapstart
  fargate                       = var.fargate
  features                      = var.features

  domain          = var.domain
  throttle        = var.throttle
  usage_plans     = var.usage_plans
  iam_caller_arns = var.iam_caller_arns
  waf             = var.waf
  waf_rate        = var.waf_rate

  currency           = var.currency
  alarm_emails       = var.alarm_emails
  log_retention_days = var.log_retention_days
}
