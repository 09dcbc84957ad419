# RDS Proxy, where functions are more than the connections that the database bears. Tokens all the way: a client shows
# the proxy its IAM token, and the proxy signs its own for the database, so there is no password in between.
#
# It refuses `options` in a DSN, and a SET outside a transaction pins its connection: settings are by ALTER ROLE.

locals {
  proxy_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = "sts:AssumeRole"
      # No condition: AWS documents none that the proxy would meet, and another account can't hand this role on.
      Principal = { Service = "rds.amazonaws.com" }
    }]
  })

  proxy_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["rds-db:connect"]
      Resource = [for role in local.proxied : "${local.connect_prefix}:${local.primary_id}/${role}"]
    }]
  })
}

resource "aws_iam_role" "proxy" {
  count = var.proxy ? 1 : 0

  name                 = "${var.name}-database-proxy"
  description          = "Connects to the database in the name of the proxy's clients"
  assume_role_policy   = local.proxy_trust
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "proxy" {
  count = var.proxy ? 1 : 0

  name   = "connect"
  role   = aws_iam_role.proxy[0].name
  policy = local.proxy_policy
}

resource "aws_db_proxy" "main" {
  count = var.proxy ? 1 : 0

  name                   = var.name
  engine_family          = "POSTGRESQL"
  default_auth_scheme    = "IAM_AUTH"
  require_tls            = true
  debug_logging          = false # it would write every statement, with its values
  idle_client_timeout    = 1800
  role_arn               = aws_iam_role.proxy[0].arn
  vpc_security_group_ids = [aws_security_group.proxy[0].id]
  vpc_subnet_ids         = var.subnet_ids

  depends_on = [aws_cloudwatch_log_group.proxy, aws_iam_role_policy.proxy]
}

resource "aws_db_proxy_default_target_group" "main" {
  count = var.proxy ? 1 : 0

  db_proxy_name = aws_db_proxy.main[0].name

  connection_pool_config {
    max_connections_percent      = 90 # the rest is for migrations and people, who connect past it
    max_idle_connections_percent = 50
    connection_borrow_timeout    = 5 # seconds; below the 10 of a statement
  }
}

resource "aws_db_proxy_target" "main" {
  count = var.proxy ? 1 : 0

  db_proxy_name          = aws_db_proxy.main[0].name
  target_group_name      = aws_db_proxy_default_target_group.main[0].name
  db_instance_identifier = one(aws_db_instance.primary[*].identifier)
  db_cluster_identifier  = one(aws_rds_cluster.main[*].cluster_identifier)

  # A cluster without instance has nothing to connect to.
  depends_on = [aws_rds_cluster_instance.main]
}

resource "aws_security_group" "proxy" {
  #checkov:skip=CKV2_AWS_5: it is the proxy's; checkov doesn't follow an index
  count = var.proxy ? 1 : 0

  name        = "${var.name}-database-proxy"
  description = "The proxy, between functions and the database"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-database-proxy" }
}

resource "aws_vpc_security_group_ingress_rule" "proxy_from_clients" {
  for_each = var.proxy ? var.client_security_group_ids : {}

  security_group_id            = aws_security_group.proxy[0].id
  description                  = "PostgreSQL from ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
  referenced_security_group_id = each.value
}

resource "aws_vpc_security_group_egress_rule" "clients_to_proxy" {
  for_each = var.proxy ? var.client_security_group_ids : {}

  security_group_id            = each.value
  description                  = "PostgreSQL by the proxy"
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
  referenced_security_group_id = aws_security_group.proxy[0].id
}

resource "aws_vpc_security_group_egress_rule" "proxy_to_database" {
  count = var.proxy ? 1 : 0

  security_group_id            = aws_security_group.proxy[0].id
  description                  = "PostgreSQL"
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
  referenced_security_group_id = aws_security_group.database.id
}

resource "aws_vpc_security_group_ingress_rule" "database_from_proxy" {
  count = var.proxy ? 1 : 0

  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL from the proxy"
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
  referenced_security_group_id = aws_security_group.proxy[0].id
}
