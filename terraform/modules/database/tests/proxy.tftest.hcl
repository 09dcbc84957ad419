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
  proxy                     = true
  slow_query_ms             = 500
}

run "tokens_go_all_the_way" {
  assert {
    condition = (
      aws_db_proxy.main[0].default_auth_scheme == "IAM_AUTH" && aws_db_proxy.main[0].require_tls &&
      !aws_db_proxy.main[0].debug_logging && aws_db_proxy.main[0].engine_family == "POSTGRESQL"
    )
    error_message = "The proxy must take IAM tokens over TLS, and log no statements."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.proxy[0].policy).Statement == [{
      Effect = "Allow"
      Action = ["rds-db:connect"]
      Resource = [
        "arn:aws:rds-db:eu-west-1:111111111111:dbuser:db-MOCKEDINSTANCE/skep_app",
        "arn:aws:rds-db:eu-west-1:111111111111:dbuser:db-MOCKEDINSTANCE/skep_job",
      ]
    }]
    error_message = "The proxy must be able to connect in its clients' names, and as nobody else."
  }
  assert {
    condition     = aws_iam_role.proxy[0].permissions_boundary == var.permissions_boundary_arn
    error_message = "The role must be bounded."
  }
}

run "requests_go_by_the_proxy_and_migrations_past_it" {
  assert {
    condition     = output.address == aws_db_proxy.main[0].endpoint && output.direct_address == aws_db_instance.primary[0].address
    error_message = "The address must be the proxy's, the direct one the instance's."
  }
  assert {
    condition = output.connect_arns == {
      skep_app   = ["arn:aws:rds-db:eu-west-1:111111111111:dbuser:prx-0123456789abcdef0/skep_app"]
      skep_job   = ["arn:aws:rds-db:eu-west-1:111111111111:dbuser:prx-0123456789abcdef0/skep_job"]
      skep_owner = ["arn:aws:rds-db:eu-west-1:111111111111:dbuser:db-MOCKEDINSTANCE/skep_owner"]
    }
    error_message = "Requests and jobs must be let through the proxy alone, migrations to the instance alone."
  }
  assert {
    condition     = aws_db_proxy_target.main[0].db_instance_identifier == "skep-test" && output.proxy_name == "skep-test"
    error_message = "The proxy must lead to the instance."
  }
}

run "the_proxy_stands_between_the_groups" {
  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.proxy_from_clients["functions"].referenced_security_group_id == "sg-functions" &&
      aws_vpc_security_group_egress_rule.clients_to_proxy["functions"].security_group_id == "sg-functions" &&
      aws_vpc_security_group_egress_rule.clients_to_proxy["functions"].referenced_security_group_id == aws_security_group.proxy[0].id
    )
    error_message = "Functions must reach the proxy."
  }
  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.database_from_proxy[0].security_group_id == output.security_group_id &&
      aws_vpc_security_group_ingress_rule.database_from_proxy[0].referenced_security_group_id == aws_security_group.proxy[0].id &&
      aws_vpc_security_group_egress_rule.proxy_to_database[0].referenced_security_group_id == output.security_group_id
    )
    error_message = "The proxy must reach the database."
  }
  assert {
    condition     = contains(output.log_group_names, "/aws/rds/proxy/skep-test")
    error_message = "The proxy's log must have a group of our own."
  }
  assert {
    condition = (
      aws_db_proxy_default_target_group.main[0].connection_pool_config[0].max_connections_percent == 90 &&
      aws_db_proxy_default_target_group.main[0].connection_pool_config[0].connection_borrow_timeout < 10
    )
    error_message = "Connections must be left for migrations, and waiting for one must end before a statement would."
  }
}
