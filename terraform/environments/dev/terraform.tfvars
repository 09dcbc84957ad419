environment = "dev"
account_id  = "111111111111" # yours in place of this
region      = "eu-west-1"
cidr        = "10.10.0.0/16"
zones       = ["eu-west-1a", "eu-west-1b"]

architecture = "arm64"
rollout      = "at_once"

# 112 connections are what Postgres makes of 1 GB; each function has one.
database = {
  engine              = "rds"
  instance_class      = "db.t4g.micro"
  storage_gb          = 20
  max_storage_gb      = 50
  max_connections     = 112
  multi_az            = false
  backup_days         = 7
  deletion_protection = false
  proxy               = false
  replicas            = 0
}

service_concurrency           = 10
service_concurrency_overrides = { automations = 5 }
provisioned_concurrency       = {}
snapstart                     = []
fargate                       = false
features                      = []

domain   = null
throttle = { rate = 100, burst = 200 }
usage_plans = {
  clients = { rate = 50, burst = 100 }
}
iam_caller_arns = []
waf             = false
waf_rate        = 2000

currency           = "USD"
alarm_emails       = []
log_retention_days = 30
