# What AWS would answer, for every `mock_provider "aws" { source = "…/mocks" }`: ARNs and addresses of a valid form, since
# the provider and our own validations look at it. Everything else is made up by Terraform, another word for each
# resource: most ids stand here in vain, and two subnets have to differ. Sorted by type.

mock_resource "aws_api_gateway_domain_name" {
  defaults = {
    arn                  = "arn:aws:apigateway:eu-west-1::/domainnames/mocked.example"
    regional_domain_name = "d-mocked.execute-api.eu-west-1.amazonaws.com"
    regional_zone_id     = "ZMOCKEDREGIONAL"
  }
}

mock_resource "aws_api_gateway_rest_api" {
  defaults = {
    arn           = "arn:aws:apigateway:eu-west-1::/restapis/mockedapi1"
    execution_arn = "arn:aws:execute-api:eu-west-1:111111111111:mockedapi1"
  }
}

mock_resource "aws_api_gateway_stage" {
  defaults = {
    arn           = "arn:aws:apigateway:eu-west-1::/restapis/mockedapi1/stages/mocked"
    execution_arn = "arn:aws:execute-api:eu-west-1:111111111111:mockedapi1/mocked"
    invoke_url    = "https://mockedapi1.execute-api.eu-west-1.amazonaws.com/mocked"
  }
}

mock_resource "aws_cloudwatch_composite_alarm" {
  defaults = {
    arn = "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:mocked"
  }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = {
    arn = "arn:aws:logs:eu-west-1:111111111111:log-group:mocked"
  }
}

mock_resource "aws_cloudwatch_metric_alarm" {
  defaults = {
    arn = "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:mocked"
  }
}

mock_resource "aws_db_instance" {
  defaults = {
    address     = "mocked.c1mocked.eu-west-1.rds.amazonaws.com"
    arn         = "arn:aws:rds:eu-west-1:111111111111:db:mocked"
    endpoint    = "mocked.c1mocked.eu-west-1.rds.amazonaws.com:5432"
    port        = 5432
    resource_id = "db-MOCKEDINSTANCE"
  }
}

mock_resource "aws_db_proxy" {
  defaults = {
    arn      = "arn:aws:rds:eu-west-1:111111111111:db-proxy:prx-0123456789abcdef0"
    endpoint = "mocked.proxy-c1mocked.eu-west-1.rds.amazonaws.com"
  }
}

mock_resource "aws_db_proxy_endpoint" {
  defaults = {
    arn      = "arn:aws:rds:eu-west-1:111111111111:db-proxy-endpoint:prx-endpoint-0123456789abcdef0"
    endpoint = "mocked-read.endpoint.proxy-c1mocked.eu-west-1.rds.amazonaws.com"
  }
}

mock_resource "aws_ecr_repository" {
  defaults = {
    arn            = "arn:aws:ecr:eu-west-1:111111111111:repository/mocked"
    registry_id    = "111111111111"
    repository_url = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/mocked"
  }
}

mock_resource "aws_ecs_cluster" {
  defaults = {
    arn = "arn:aws:ecs:eu-west-1:111111111111:cluster/mocked"
  }
}

mock_resource "aws_ecs_task_definition" {
  defaults = {
    arn                  = "arn:aws:ecs:eu-west-1:111111111111:task-definition/mocked:1"
    arn_without_revision = "arn:aws:ecs:eu-west-1:111111111111:task-definition/mocked"
    revision             = 1
  }
}

mock_resource "aws_iam_openid_connect_provider" {
  defaults = {
    arn = "arn:aws:iam::111111111111:oidc-provider/mocked.example"
  }
}

mock_resource "aws_iam_policy" {
  defaults = {
    arn = "arn:aws:iam::111111111111:policy/mocked"
  }
}

mock_resource "aws_iam_role" {
  defaults = {
    arn       = "arn:aws:iam::111111111111:role/mocked"
    unique_id = "AROAMOCKEDROLE000000"
  }
}

mock_resource "aws_kms_key" {
  defaults = {
    arn    = "arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111"
    key_id = "11111111-1111-4111-8111-111111111111"
  }
}

mock_resource "aws_lambda_alias" {
  defaults = {
    arn        = "arn:aws:lambda:eu-west-1:111111111111:function:mocked:live"
    invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111111111111:function:mocked:live/invocations"
  }
}

mock_resource "aws_lambda_function" {
  defaults = {
    arn           = "arn:aws:lambda:eu-west-1:111111111111:function:mocked"
    invoke_arn    = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111111111111:function:mocked/invocations"
    qualified_arn = "arn:aws:lambda:eu-west-1:111111111111:function:mocked:1"
    version       = "1"
  }
}

mock_resource "aws_rds_cluster" {
  defaults = {
    arn                 = "arn:aws:rds:eu-west-1:111111111111:cluster:mocked"
    cluster_resource_id = "cluster-MOCKEDCLUSTER"
    endpoint            = "mocked.cluster-c1mocked.eu-west-1.rds.amazonaws.com"
    port                = 5432
    reader_endpoint     = "mocked.cluster-ro-c1mocked.eu-west-1.rds.amazonaws.com"
  }
}

mock_resource "aws_rds_cluster_instance" {
  defaults = {
    arn             = "arn:aws:rds:eu-west-1:111111111111:db:mocked"
    dbi_resource_id = "db-MOCKEDINSTANCE"
  }
}

mock_resource "aws_s3_bucket" {
  defaults = {
    arn                         = "arn:aws:s3:::mocked"
    bucket_domain_name          = "mocked.s3.amazonaws.com"
    bucket_regional_domain_name = "mocked.s3.eu-west-1.amazonaws.com"
    hosted_zone_id              = "Z1BKCTXD74EZPE"
  }
}

mock_resource "aws_scheduler_schedule_group" {
  defaults = {
    arn = "arn:aws:scheduler:eu-west-1:111111111111:schedule-group/mocked"
  }
}

mock_resource "aws_secretsmanager_secret" {
  defaults = {
    arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:mocked-AbCdEf"
  }
}

mock_resource "aws_sns_topic" {
  defaults = {
    arn = "arn:aws:sns:eu-west-1:111111111111:mocked"
  }
}

mock_resource "aws_sqs_queue" {
  defaults = {
    arn = "arn:aws:sqs:eu-west-1:111111111111:mocked"
    url = "https://sqs.eu-west-1.amazonaws.com/111111111111/mocked"
  }
}

mock_resource "aws_vpc_endpoint" {
  defaults = {
    prefix_list_id = "pl-0123456789abcdef0"
  }
}

mock_resource "aws_wafv2_web_acl" {
  defaults = {
    arn = "arn:aws:wafv2:eu-west-1:111111111111:regional/webacl/mocked/11111111-1111-4111-8111-111111111111"
  }
}

mock_data "aws_caller_identity" {
  defaults = {
    account_id = "111111111111"
    arn        = "arn:aws:iam::111111111111:role/mocked"
    user_id    = "AROAMOCKEDROLE000000"
  }
}

mock_data "aws_iam_policy_document" {
  defaults = {
    json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  }
}

mock_data "aws_partition" {
  defaults = {
    dns_suffix         = "amazonaws.com"
    partition          = "aws"
    reverse_dns_prefix = "com.amazonaws"
  }
}

mock_data "aws_region" {
  defaults = {
    description = "Europe (Ireland)"
    endpoint    = "ec2.eu-west-1.amazonaws.com"
    id          = "eu-west-1"
    name        = "eu-west-1"
    region      = "eu-west-1"
  }
}
