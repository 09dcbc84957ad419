# What the catalog says, in the shapes that the other files ask for. What a service needs stands in its entry of
# services/catalog.json: but for the two readers of queues (work.tf), none is named here.

locals {
  name       = "skep-${var.environment}"
  production = var.environment == "production"

  folder  = coalesce(var.services_folder, "${path.module}/../../../services")
  catalog = jsondecode(file("${local.folder}/catalog.json")).services
  routes  = jsondecode(file("${local.folder}/routes.json"))
  gateway = jsondecode(file("${local.folder}/gateway.json"))

  # Requests reach these by the API, and no others.
  reached = toset([for name, entry in local.catalog : name if entry.kind != "worker"])
  workers = setsubtract(keys(local.catalog), local.reached)

  with_internet = toset([for name, entry in local.catalog : name if entry.egress == "internet"])
  with_database = toset([for name, entry in local.catalog : name if entry.database != null])

  # The schema is changed by one run at a time. Other workers have queues to wait in; less than five, and a queue's two and
  # the clock's three would be in each other's way.
  concurrency = merge(
    { for name in local.reached : name => var.service_concurrency },
    { for name in local.workers : name => local.catalog[name].database == "skep_owner" ? 1 : 5 },
    var.service_concurrency_overrides,
  )

  # A job has a second connection, which tells how far it is.
  connections_each = { skep_app = 1, skep_job = 2, skep_owner = 1 }
  connections      = sum([for name in local.with_database : local.concurrency[name] * local.connections_each[local.catalog[name].database]])
  # For people in an emergency, and for the old version's environments that linger after a release.
  spare_connections = 10

  permissions_boundary_arn = "arn:aws:iam::${var.account_id}:policy/skep-boundary"
}
