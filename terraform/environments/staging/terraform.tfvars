environment = "staging"
account_id  = "222222222222" # yours in place of this
region      = "eu-west-1"
cidr        = "10.20.0.0/16"
zones       = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]

architecture = "arm64"
rollout      = "canary"

# As production has it, but smaller and without a standby: what is tried here is tried with the same parts.
database = {
  engine              = "rds"
  instance_class      = "db.t4g.medium"
  storage_gb          = 50
  max_storage_gb      = 200
  max_connections     = 400
  multi_az            = false
  backup_days         = 7
  deletion_protection = true
  proxy               = true
  replicas            = 1
}

service_concurrency           = 20
service_concurrency_overrides = { automations = 10 }
provisioned_concurrency       = {}
snapstart                     = []
fargate                       = false
features                      = []

domain   = null
throttle = { rate = 200, burst = 400 }
usage_plans = {
  clients = { rate = 50, burst = 100 }
}
iam_caller_arns = []
waf             = true
waf_rate        = 2000

currency           = "USD"
alarm_emails       = ["skep-staging@example.com"]
log_retention_days = 90
