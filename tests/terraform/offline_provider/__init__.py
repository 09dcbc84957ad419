"""A Terraform provider of the project's own, for where the registry can't be reached; never for AWS itself."""
