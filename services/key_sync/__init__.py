"""Keeps API Gateway's keys equal to those that are live in Postgres. Runs outside the VPC, and knows no database."""
