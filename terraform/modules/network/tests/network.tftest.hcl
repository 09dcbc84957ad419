mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                     = "skep-test"
  cidr                     = "10.20.0.0/16"
  zones                    = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
  nat                      = false
  kms_key_arn              = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
  log_retention_days       = 30
  permissions_boundary_arn = "arn:aws:iam::111111111111:policy/skep-boundary"
}

run "each_zone_has_an_isolated_and_a_private_subnet" {
  assert {
    condition = { for zone, subnet in aws_subnet.isolated : zone => subnet.cidr_block } == {
      eu-west-1a = "10.20.0.0/20", eu-west-1b = "10.20.16.0/20", eu-west-1c = "10.20.32.0/20",
    }
    error_message = "Isolated subnets must stand in the first blocks, in the order of zones."
  }
  assert {
    condition = { for zone, subnet in aws_subnet.private : zone => subnet.cidr_block } == {
      eu-west-1a = "10.20.64.0/20", eu-west-1b = "10.20.80.0/20", eu-west-1c = "10.20.96.0/20",
    }
    error_message = "Private subnets must stand in the second four blocks, in the order of zones."
  }
  assert {
    condition     = alltrue([for zone, subnet in merge(aws_subnet.isolated, aws_subnet.private) : subnet.availability_zone == zone])
    error_message = "A subnet must stand in its own zone."
  }
  assert {
    condition     = output.isolated_subnet_ids == [for zone in var.zones : aws_subnet.isolated[zone].id]
    error_message = "The database's subnets must be the isolated ones."
  }
}

run "nothing_leads_to_the_internet_without_nat" {
  assert {
    condition     = length(aws_internet_gateway.main) + length(aws_nat_gateway.main) + length(aws_eip.nat) == 0
    error_message = "Without NAT there must be no gateway and no public address."
  }
  assert {
    condition     = length(aws_route.private_to_nat) + length(aws_route.gateway_to_internet) + length(aws_subnet.gateway) == 0
    error_message = "Without NAT no route may lead out."
  }
  assert {
    condition     = output.internet_function_security_group_id == null && output.nat_addresses == []
    error_message = "Without NAT there must be no group for functions that call out."
  }
  assert {
    condition     = length(aws_vpc_security_group_egress_rule.function_to_internet) == 0
    error_message = "Without NAT no group may let out to the internet."
  }
}

run "no_subnet_gives_a_public_address" {
  variables {
    nat = true
  }

  assert {
    condition = !anytrue([
      for subnet in concat(values(aws_subnet.isolated), values(aws_subnet.private), values(aws_subnet.gateway)) :
      subnet.map_public_ip_on_launch
    ])
    error_message = "A subnet gives what is started in it a public address."
  }
}

run "nothing_starts_into_the_default_group" {
  assert {
    condition     = length(aws_default_security_group.closed.ingress) + length(aws_default_security_group.closed.egress) == 0
    error_message = "The default security group must let nothing in or out."
  }
}

run "one_nat_gateway_serves_all_zones" {
  variables {
    nat = true
  }

  assert {
    condition     = keys(aws_nat_gateway.main) == ["eu-west-1a"]
    error_message = "One NAT gateway must do unless there is to be one in each zone."
  }
  assert {
    condition = alltrue([
      for zone, route in aws_route.private_to_nat :
      route.nat_gateway_id == aws_nat_gateway.main["eu-west-1a"].id && route.route_table_id == aws_route_table.private[zone].id
    ]) && length(aws_route.private_to_nat) == 3
    error_message = "Each private subnet must lead out by the one NAT gateway."
  }
  assert {
    condition     = !contains([for route in aws_route.private_to_nat : route.route_table_id], aws_route_table.isolated.id)
    error_message = "Isolated subnets must stay without a way out."
  }
  assert {
    condition     = { for what, rule in aws_vpc_security_group_egress_rule.function_to_internet : what => rule.to_port } == { https = 443, mail = 587 }
    error_message = "Functions with egress must reach HTTPS and mail, and no other port."
  }
  assert {
    condition = alltrue([
      for rule in aws_vpc_security_group_egress_rule.function_to_internet :
      rule.security_group_id == output.internet_function_security_group_id
    ])
    error_message = "Only the group of functions with egress may call out."
  }
}

run "each_zone_may_have_a_nat_gateway_of_its_own" {
  variables {
    nat          = true
    nat_per_zone = true
  }

  assert {
    condition     = alltrue([for zone, route in aws_route.private_to_nat : route.nat_gateway_id == aws_nat_gateway.main[zone].id])
    error_message = "A private subnet must lead out by the NAT gateway of its own zone."
  }
  assert {
    condition     = length(output.nat_addresses) == 3
    error_message = "There must be an address for each NAT gateway."
  }
}

run "functions_reach_aws_by_endpoints_alone" {
  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["kms", "logs", "secretsmanager", "sqs", "sts"]
    error_message = "The endpoints that functions need must be there."
  }
  assert {
    condition = alltrue([
      for endpoint in aws_vpc_endpoint.interface :
      endpoint.private_dns_enabled && endpoint.vpc_endpoint_type == "Interface" && length(endpoint.subnet_ids) == 3
    ])
    error_message = "An interface endpoint must answer to the service's own name, in each zone."
  }
  assert {
    condition = aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway" && toset(aws_vpc_endpoint.s3.route_table_ids) == toset(
      concat([aws_route_table.isolated.id], [for table in aws_route_table.private : table.id])
    )
    error_message = "S3 must be reached from isolated and private subnets."
  }
  assert {
    condition = alltrue([
      for rule in concat(values(aws_vpc_security_group_egress_rule.function_to_endpoints), values(aws_vpc_security_group_egress_rule.function_to_s3)) :
      rule.security_group_id == output.function_security_group_id && rule.from_port == 443 && rule.to_port == 443
    ])
    error_message = "Functions must reach endpoints by HTTPS alone."
  }
  assert {
    condition     = toset(keys(output.endpoint_ids)) == toset(["kms", "logs", "s3", "secretsmanager", "sqs", "sts"])
    error_message = "All endpoints must be told."
  }
}

run "an_endpoint_serves_this_account_and_no_other" {
  assert {
    condition = alltrue([
      for endpoint in aws_vpc_endpoint.interface : alltrue([
        for statement in jsondecode(endpoint.policy).Statement :
        statement.Condition.StringEquals["aws:PrincipalAccount"] == "111111111111" && !anytrue([
          for action in statement.Action : strcontains(action, "*")
        ])
      ])
    ])
    error_message = "An endpoint's policy must name actions, and this account's principals."
  }
  assert {
    condition     = jsondecode(aws_vpc_endpoint.s3.policy).Statement[0].Condition.StringEquals["s3:ResourceAccount"] == "111111111111"
    error_message = "Nothing may be carried to another account's bucket."
  }
}

run "tasks_fetch_their_images_without_the_internet" {
  variables {
    interface_endpoints = ["ecr.api", "ecr.dkr", "logs"]
  }

  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["ecr.api", "ecr.dkr", "logs"]
    error_message = "ECR must be reached by endpoints of its own."
  }
  assert {
    condition = slice([for one in jsondecode(aws_vpc_endpoint.s3.policy).Statement : [one.Action, one.Resource]], 1, 2) == [
      [["s3:GetObject"], "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*"]
    ]
    error_message = "ECR's layers may be read, and nothing else of another account's."
  }
}

run "all_traffic_is_logged_and_the_log_encrypted" {
  assert {
    condition     = aws_flow_log.main.traffic_type == "ALL" && aws_flow_log.main.log_destination == aws_cloudwatch_log_group.flow.arn
    error_message = "The flow log must have all traffic, in its own group."
  }
  assert {
    condition     = aws_cloudwatch_log_group.flow.kms_key_id == var.kms_key_arn && aws_cloudwatch_log_group.flow.retention_in_days == 30
    error_message = "The flow log must be encrypted with our key and be kept as long as said."
  }
  assert {
    condition     = aws_iam_role.flow.permissions_boundary == var.permissions_boundary_arn
    error_message = "The role must be bounded."
  }
  assert {
    condition = alltrue([
      for resource in jsondecode(aws_iam_role_policy.flow.policy).Statement[0].Resource :
      startswith(resource, aws_cloudwatch_log_group.flow.arn)
    ])
    error_message = "The role may write to the flow log, and nowhere else."
  }
  assert {
    condition     = jsondecode(aws_iam_role.flow.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "111111111111"
    error_message = "Only this account's flow logs may take the role."
  }
}

run "without_interface_endpoints_nothing_is_left_of_them" {
  variables {
    interface_endpoints = []
    zones               = ["eu-west-1a", "eu-west-1b"]
  }

  assert {
    condition = (
      length(aws_security_group.endpoints) + length(aws_vpc_security_group_egress_rule.function_to_endpoints) +
      length(aws_vpc_security_group_ingress_rule.endpoints_from_functions) == 0
    )
    error_message = "There must be no rules for endpoints that aren't there."
  }
}
