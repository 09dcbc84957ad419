environment = "production"
account_id  = "333333333333" # yours in place of this
region      = "eu-west-1"
cidr        = "10.30.0.0/16"
zones       = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]

architecture = "arm64"
rollout      = "canary"

database = {
  engine              = "rds"
  instance_class      = "db.m7g.large"
  storage_gb          = 100
  max_storage_gb      = 1000
  max_connections     = 800
  multi_az            = true
  backup_days         = 35
  deletion_protection = true
  proxy               = true
  replicas            = 1
}

service_concurrency           = 80
service_concurrency_overrides = { automations = 20 }
provisioned_concurrency       = {}
snapstart                     = []
fargate                       = false
features                      = []

domain   = null
throttle = { rate = 1000, burst = 2000 }
usage_plans = {
  clients  = { rate = 50, burst = 100 }
  partners = { rate = 200, burst = 400, quota = 1000000, period = "MONTH" }
}
iam_caller_arns = []
waf             = true
waf_rate        = 2000

currency           = "USD"
alarm_emails       = ["skep-alarms@example.com"]
log_retention_days = 365
