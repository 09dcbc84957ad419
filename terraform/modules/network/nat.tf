# The way out, for the functions whose `egress` is `internet`. Without one of those nothing of this exists.
#
# A gateway costs about 35 USD a month before traffic, so one serves all zones; `nat_per_zone` makes one in each.
# With one, the failure of its zone stops webhooks and mail until it is back; requests don't need it.

locals {
  nat_zones = !var.nat ? {} : { for zone, number in local.zones : zone => number if var.nat_per_zone || number == 0 }
  # Which zone's gateway a private subnet goes out by.
  nat_of = { for zone in var.nat ? var.zones : [] : zone => var.nat_per_zone ? zone : var.zones[0] }
}

resource "aws_internet_gateway" "main" {
  count = var.nat ? 1 : 0

  vpc_id = aws_vpc.main.id

  tags = { Name = var.name }
}

# Only NAT gateways stand here; they bring their own address, so nothing is given a public one by the subnet.
resource "aws_subnet" "gateway" {
  for_each = local.nat_zones

  vpc_id                  = aws_vpc.main.id
  availability_zone       = each.key
  cidr_block              = local.gateway_blocks[each.key]
  map_public_ip_on_launch = false

  tags = { Name = "${var.name}-gateway-${each.key}" }
}

resource "aws_route_table" "gateway" {
  count = var.nat ? 1 : 0

  vpc_id = aws_vpc.main.id

  tags = { Name = "${var.name}-gateway" }
}

resource "aws_route" "gateway_to_internet" {
  count = var.nat ? 1 : 0

  route_table_id         = aws_route_table.gateway[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main[0].id
}

resource "aws_route_table_association" "gateway" {
  for_each = local.nat_zones

  subnet_id      = aws_subnet.gateway[each.key].id
  route_table_id = aws_route_table.gateway[0].id
}

resource "aws_eip" "nat" {
  #checkov:skip=CKV2_AWS_19: it belongs to the NAT gateway of its zone, not to a machine
  for_each = local.nat_zones

  domain = "vpc"

  tags = { Name = "${var.name}-nat-${each.key}" }
}

resource "aws_nat_gateway" "main" {
  for_each = local.nat_zones

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.gateway[each.key].id

  tags = { Name = "${var.name}-${each.key}" }

  # A gateway made before its subnet leads out fails.
  depends_on = [aws_route.gateway_to_internet]
}

resource "aws_route" "private_to_nat" {
  for_each = local.nat_of

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main[each.value].id
}
