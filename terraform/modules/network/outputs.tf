output "endpoint_ids" {
  description = "Endpoint of each AWS service, by the last part of its name; s3 is always there."
  value = merge(
    { s3 = aws_vpc_endpoint.s3.id },
    { for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.id },
  )
}

output "flow_log_group_name" {
  description = "Log group of the VPC's flow log."
  value       = aws_cloudwatch_log_group.flow.name
}

output "function_security_group_id" {
  description = "Security group of functions in isolated subnets."
  value       = aws_security_group.function.id
}

output "internet_function_security_group_id" {
  description = "Security group of functions in private subnets that call out to the internet; null without NAT."
  value       = one(aws_security_group.internet_function[*].id)
}

output "isolated_subnet_ids" {
  description = "Subnets that lead nowhere but to endpoints, one a zone, in the order of zones."
  value       = [for zone in var.zones : aws_subnet.isolated[zone].id]
}

output "nat_addresses" {
  description = "Public addresses that calls to the internet come from, for receivers that want to list them."
  value       = [for zone in keys(local.nat_zones) : aws_eip.nat[zone].public_ip]
}

output "private_subnet_ids" {
  description = "Subnets for functions with egress to the internet, one a zone, in the order of zones."
  value       = [for zone in var.zones : aws_subnet.private[zone].id]
}

output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.main.id
}
