"""API Gateway on one machine: HTTP in, its proxy events out to the real handlers; beside it what S3 serves."""
