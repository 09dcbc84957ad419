output "assets_bucket" {
  description = "The bucket of assets: {name, arn, regional_domain}."
  value = {
    name            = aws_s3_bucket.assets.id
    arn             = aws_s3_bucket.assets.arn
    regional_domain = aws_s3_bucket.assets.bucket_regional_domain_name
  }
}

output "fargate" {
  description = "Null, or what `aws ecs run-task` asks for: {cluster_arn, network_configuration (JSON), tasks: name -> {definition_arn, log_group_name}}."
  value = var.fargate == null ? null : {
    cluster_arn = aws_ecs_cluster.this["this"].arn
    network_configuration = jsonencode({
      awsvpcConfiguration = {
        subnets        = var.fargate.subnet_ids
        securityGroups = var.fargate.security_group_ids
        assignPublicIp = "DISABLED"
      }
    })
    tasks = {
      for task, definition in aws_ecs_task_definition.this : task => {
        definition_arn = definition.arn
        log_group_name = aws_cloudwatch_log_group.task[task].name
      }
    }
  }
}

output "files_bucket" {
  description = "The bucket of files: {name, arn}."
  value       = { name = aws_s3_bucket.files.id, arn = aws_s3_bucket.files.arn }
}

output "queues" {
  description = "work and keys: {url, arn, name, dead_name, dead_arn}."
  value = {
    for name, queue in aws_sqs_queue.this : name => {
      url       = queue.url
      arn       = queue.arn
      name      = queue.name
      dead_name = aws_sqs_queue.dead[name].name
      dead_arn  = aws_sqs_queue.dead[name].arn
    }
  }
}

output "schedule_dead_letters" {
  description = "The queue of what the clock asked for and nobody did: {name, arn}. Automations' failed calls belong there too."
  value       = { name = aws_sqs_queue.dead["schedules"].name, arn = aws_sqs_queue.dead["schedules"].arn }
}
