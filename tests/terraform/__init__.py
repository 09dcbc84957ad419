"""terraform/ proved without an account: format, schema, `terraform test`, rules, policies, inventories, checkov."""
