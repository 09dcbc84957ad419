output "address" {
  description = "Where functions connect: the proxy if there is one, else the database itself."
  value       = var.proxy ? aws_db_proxy.main[0].endpoint : local.direct_address
}

output "cluster_identifier" {
  description = "Aurora's cluster; null with RDS."
  value       = one(aws_rds_cluster.main[*].cluster_identifier)
}

output "connect_arns" {
  description = "Database role -> what a function that connects as this role needs for rds-db:connect."
  value = {
    for role, ids in local.connect_ids : role => [for id in ids : "${local.connect_prefix}:${id}/${role}"]
  }
}

output "direct_address" {
  description = "The database itself, past any proxy: for migrations, whose locks and settings would pin the proxy."
  value       = local.direct_address
}

output "engine" {
  description = "rds or aurora."
  value       = var.engine
}

output "instance_identifiers" {
  description = "All instances that Terraform made, the first one first; Aurora's readers that scale aren't among them."
  value = concat(
    aws_db_instance.primary[*].identifier,
    [for name in local.replica_names : aws_db_instance.replica[name].identifier],
    [for number in local.aurora_numbers : aws_rds_cluster_instance.main[tostring(number)].identifier],
  )
}

output "log_group_names" {
  description = "Log groups of the servers, and of the proxy if there is one."
  value = concat(
    [for group in aws_cloudwatch_log_group.database : group.name], aws_cloudwatch_log_group.proxy[*].name,
  )
}

output "master_secret_arn" {
  description = "Secret with the master's host, port, dbname, username and password."
  value = one([
    for secret in concat(local.managed_secrets, aws_secretsmanager_secret.master[*]) :
    try(secret.secret_arn, secret.arn)
  ])
}

output "max_connections" {
  description = "Connections that the server accepts."
  value       = var.max_connections
}

output "name" {
  description = "The database that the tables are in."
  value       = local.database_name
}

output "port" {
  description = "Port at all of the addresses."
  value       = local.port
}

output "proxy_name" {
  description = "The proxy; null without one."
  value       = one(aws_db_proxy.main[*].name)
}

output "read_address" {
  description = "Where reads may go: the first replica of RDS, or Aurora's readers in turn; null without any."
  value = (
    !local.has_readers ? null :
    local.is_aurora ? aws_rds_cluster.main[0].reader_endpoint : aws_db_instance.replica[local.replica_names[0]].address
  )
}

output "replica_identifiers" {
  description = "Read replicas that Terraform made; with Aurora all but the first, though any may be the writer."
  value = concat(
    [for name in local.replica_names : aws_db_instance.replica[name].identifier],
    [for number in local.aurora_numbers : aws_rds_cluster_instance.main[tostring(number)].identifier if number > 1],
  )
}

output "security_group_id" {
  description = "Security group of the database."
  value       = aws_security_group.database.id
}

output "storage_gb" {
  description = "Storage that RDS starts with; null with Aurora, whose storage is never short."
  value       = local.is_rds ? var.storage_gb : null
}
