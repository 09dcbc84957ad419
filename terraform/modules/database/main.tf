# What both engines share. instance.tf is RDS for PostgreSQL, aurora.tf is Aurora PostgreSQL; one of them is there.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  is_rds    = var.engine == "rds"
  is_aurora = var.engine == "aurora"

  # A new major version is a decision, with its own parameter group and a rehearsal; AWS puts in minor ones by itself.
  postgres_major = "17"
  # Made by the bootstrap of the migrations, and not by AWS, which would give it a locale of its own (decision 13).
  database_name = "skep"
  # Who connects by IAM token. skep_owner runs migrations and never goes through the proxy.
  roles        = ["skep_app", "skep_job", "skep_owner"]
  proxied      = var.proxy ? ["skep_app", "skep_job"] : []
  master_name  = "postgres"
  backup_hours = "01:00-02:00"
  repair_hours = "sun:02:30-sun:03:30"

  direct_address = one(concat(aws_db_instance.primary[*].address, aws_rds_cluster.main[*].endpoint))
  port           = one(concat(aws_db_instance.primary[*].port, aws_rds_cluster.main[*].port))

  connect_prefix = join(":", [
    "arn", data.aws_partition.current.partition, "rds-db", data.aws_region.current.region,
    data.aws_caller_identity.current.account_id, "dbuser",
  ])
  # A cluster's id stands for all its instances; an RDS replica has its own.
  primary_id  = one(concat(aws_db_instance.primary[*].resource_id, aws_rds_cluster.main[*].cluster_resource_id))
  replica_ids = [for replica in aws_db_instance.replica : replica.resource_id]
  proxy_ids   = [for proxy in aws_db_proxy.main : element(split(":", proxy.arn), 6)]
  # Aurora's readers are reached past the proxy too, and are known by the cluster's id.
  reader_ids = local.is_aurora && local.has_readers ? [local.primary_id] : local.replica_ids

  connect_ids = {
    for role in local.roles : role => distinct(
      contains(local.proxied, role)
      ? concat(local.proxy_ids, local.reader_ids)
      : concat([local.primary_id], local.replica_ids)
    )
  }
}

resource "aws_db_subnet_group" "main" {
  name        = var.name
  description = "Isolated subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
}

# Final snapshots have to differ in name from those of a database that was here before.
resource "terraform_data" "final_snapshot" {
  triggers_replace = [var.name, var.engine]
}

locals {
  final_snapshot = "${var.name}-final-${substr(terraform_data.final_snapshot.id, 0, 8)}"
}
