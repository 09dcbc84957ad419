# Who reaches the database: the groups that the caller names, at the port, and the proxy. It reaches nobody itself.

resource "aws_security_group" "database" {
  name        = "${var.name}-database"
  description = "The database, reached by functions and by its proxy"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-database" }
}

resource "aws_vpc_security_group_ingress_rule" "database_from_clients" {
  for_each = var.client_security_group_ids

  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL from ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
  referenced_security_group_id = each.value
}

# The other side: those groups let nothing out but what a module adds.
resource "aws_vpc_security_group_egress_rule" "clients_to_database" {
  for_each = var.client_security_group_ids

  security_group_id            = each.value
  description                  = "PostgreSQL"
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
  referenced_security_group_id = aws_security_group.database.id
}
