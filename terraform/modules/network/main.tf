# The VPC and its subnets. Functions and the database stand in isolated subnets, which lead nowhere but to endpoints.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  zones = { for number, zone in var.zones : zone => number }

  # Of sixteen equal blocks the first four are for isolated subnets, the next for private ones, the third for gateways.
  isolated_blocks = { for zone, number in local.zones : zone => cidrsubnet(var.cidr, 4, number) }
  private_blocks  = { for zone, number in local.zones : zone => cidrsubnet(var.cidr, 4, 4 + number) }
  gateway_blocks  = { for zone, number in local.zones : zone => cidrsubnet(var.cidr, 4, 8 + number) }
}

resource "aws_vpc" "main" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true # the endpoints' private names need both
  enable_dns_support   = true

  tags = { Name = var.name }
}

# Everything has a group of its own. What is started without one gets this, and reaches nothing.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.main.id

  tags = { Name = "${var.name}-closed" }
}

resource "aws_subnet" "isolated" {
  for_each = local.isolated_blocks

  vpc_id                  = aws_vpc.main.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false

  tags = { Name = "${var.name}-isolated-${each.key}" }
}

# No route is ever added to it, except those of the S3 endpoint.
resource "aws_route_table" "isolated" {
  vpc_id = aws_vpc.main.id

  tags = { Name = "${var.name}-isolated" }
}

resource "aws_route_table_association" "isolated" {
  for_each = local.isolated_blocks

  subnet_id      = aws_subnet.isolated[each.key].id
  route_table_id = aws_route_table.isolated.id
}

resource "aws_subnet" "private" {
  for_each = local.private_blocks

  vpc_id                  = aws_vpc.main.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false

  tags = { Name = "${var.name}-private-${each.key}" }
}

resource "aws_route_table" "private" {
  for_each = local.private_blocks

  vpc_id = aws_vpc.main.id

  tags = { Name = "${var.name}-private-${each.key}" }
}

resource "aws_route_table_association" "private" {
  for_each = local.private_blocks

  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}
