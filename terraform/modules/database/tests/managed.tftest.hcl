mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                      = "skep-test"
  engine                    = "rds"
  production                = false
  vpc_id                    = "vpc-1"
  subnet_ids                = ["subnet-1", "subnet-2"]
  client_security_group_ids = { functions = "sg-functions" }
  kms_key_arn               = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  permissions_boundary_arn  = "arn:aws:iam::111111111111:policy/skep-boundary"
  instance_class            = "db.t4g.medium"
  storage_gb                = 20
  max_storage_gb            = 100
  max_connections           = 100
  multi_az                  = false
  backup_days               = 7
  deletion_protection       = false
  replicas                  = 0
  proxy                     = false
  slow_query_ms             = 500
}

run "rds_may_keep_the_master_password_where_there_is_no_replica" {
  variables {
    manage_master_password = true
  }

  override_resource {
    target = aws_db_instance.primary
    values = {
      master_user_secret = [{
        kms_key_id    = "key"
        secret_arn    = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:rds!db-AbCdEf"
        secret_status = "active"
      }]
    }
  }

  assert {
    condition     = aws_db_instance.primary[0].manage_master_user_password && length(aws_secretsmanager_secret.master) == 0
    error_message = "RDS must make the password, and we none."
  }
  assert {
    condition     = output.master_secret_arn == "arn:aws:secretsmanager:eu-west-1:111111111111:secret:rds!db-AbCdEf"
    error_message = "The secret must be the one that RDS keeps."
  }
}

run "aurora_replicates_with_a_managed_master_password" {
  variables {
    manage_master_password = true
    engine                 = "aurora"
    replicas               = 1
  }

  assert {
    condition     = aws_rds_cluster.main[0].manage_master_user_password && length(aws_secretsmanager_secret.master) == 0
    error_message = "A cluster's readers share its storage, so RDS may keep the password."
  }
}
