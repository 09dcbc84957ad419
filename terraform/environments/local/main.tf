# The same modules as in AWS, in sizes for an emulator on one machine. `make cloud` applies it, and gives it its variables.

module "platform" {
  source = "../../modules/platform"

  account_id  = "000000000000"
  region      = "eu-west-1"
  environment = "local"
  cidr        = "10.40.0.0/16"
  zones       = ["eu-west-1a", "eu-west-1b"]

  images            = jsondecode(file(var.release_file))
  release           = var.release
  architecture      = var.architecture
  rollout           = "at_once"
  extra_environment = var.extra_environment

  database = {
    engine              = "rds"
    instance_class      = "db.t4g.micro"
    storage_gb          = 20
    max_storage_gb      = 50
    max_connections     = 200
    multi_az            = false
    backup_days         = 7
    deletion_protection = false
    final_snapshot      = false
    proxy               = false
    replicas            = 0
  }
  service_concurrency = 10

  # The emulator's API Gateway has no integration with S3; and its tag gives the API the id that the URL is made of.
  assets_endpoint = var.endpoint
  api_tags        = { ms-custom-id = var.api_id }

  throttle           = { rate = 1000, burst = 2000 }
  usage_plans        = { clients = { rate = 50, burst = 100 } }
  waf                = false
  alarm_emails       = []
  log_retention_days = 7
}
