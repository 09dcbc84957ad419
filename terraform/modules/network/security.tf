# Groups of the functions. A module that functions talk to (the database) adds its own rule to them.

locals {
  function_groups = merge(
    { isolated = aws_security_group.function.id },
    { for group in aws_security_group.internet_function : "internet" => group.id },
  )
  # OIDC and webhooks speak HTTPS, mail is handed in at the submission port.
  internet_ports = var.nat ? { https = 443, mail = 587 } : {}
}

resource "aws_security_group" "function" {
  #checkov:skip=CKV2_AWS_5: the functions that it is for stand in other modules
  name        = "${var.name}-function"
  description = "Functions that reach the database and AWS endpoints, and nothing else"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${var.name}-function" }
}

resource "aws_security_group" "internet_function" {
  #checkov:skip=CKV2_AWS_5: the functions that it is for stand in other modules
  count = var.nat ? 1 : 0

  name        = "${var.name}-internet-function"
  description = "Functions that also call out to the internet"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${var.name}-internet-function" }
}

resource "aws_vpc_security_group_egress_rule" "function_to_endpoints" {
  for_each = length(var.interface_endpoints) > 0 ? local.function_groups : {}

  security_group_id            = each.value
  description                  = "AWS services by interface endpoints"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.endpoints[0].id
}

resource "aws_vpc_security_group_egress_rule" "function_to_s3" {
  for_each = local.function_groups

  security_group_id = each.value
  description       = "S3 by the gateway endpoint"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
}

resource "aws_vpc_security_group_egress_rule" "function_to_internet" {
  for_each = local.internet_ports

  security_group_id = aws_security_group.internet_function[0].id
  description       = "Anywhere, ${each.key}"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_security_group" "endpoints" {
  count = length(var.interface_endpoints) > 0 ? 1 : 0

  name        = "${var.name}-endpoints"
  description = "Interface endpoints of AWS services"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${var.name}-endpoints" }
}

resource "aws_vpc_security_group_ingress_rule" "endpoints_from_functions" {
  for_each = length(var.interface_endpoints) > 0 ? local.function_groups : {}

  security_group_id            = aws_security_group.endpoints[0].id
  description                  = "Functions (${each.key})"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = each.value
}
