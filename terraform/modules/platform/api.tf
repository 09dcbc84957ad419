module "api" {
  source = "../api"

  name         = local.name
  stage        = var.environment
  routes       = local.routes
  gateway_file = local.gateway
  functions = {
    for service, function in module.services : service => {
      function_name    = function.function_name
      alias_name       = function.alias_name
      alias_arn        = function.alias_arn
      alias_invoke_arn = function.alias_invoke_arn
    }
  }
  assets_bucket   = { name = module.work.assets_bucket.name, arn = module.work.assets_bucket.arn }
  assets_endpoint = var.assets_endpoint

  throttle        = var.throttle
  usage_plans     = var.usage_plans
  iam_caller_arns = var.iam_caller_arns
  waf             = var.waf
  waf_rate        = var.waf_rate
  domain          = var.domain
  tags            = var.api_tags

  kms_key_arn              = module.key.arn
  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = local.permissions_boundary_arn
}
