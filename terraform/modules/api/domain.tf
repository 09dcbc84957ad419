# The API's own name, if it has one. API Gateway's own address is closed then: nothing that guards the name is gone round.

resource "aws_api_gateway_domain_name" "main" {
  count = var.domain == null ? 0 : 1

  domain_name              = var.domain.name
  regional_certificate_arn = var.domain.certificate_arn
  # TLS 1.2 and, at a Regional domain name, 1.3.
  security_policy = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_base_path_mapping" "main" {
  count = var.domain == null ? 0 : 1

  api_id      = aws_api_gateway_rest_api.main.id
  stage_name  = aws_api_gateway_stage.main.stage_name
  domain_name = one(aws_api_gateway_domain_name.main[*].domain_name)
}

resource "aws_route53_record" "main" {
  count = var.domain == null ? 0 : 1

  zone_id = var.domain.zone_id
  name    = var.domain.name
  type    = "A"

  alias {
    name                   = one(aws_api_gateway_domain_name.main[*].regional_domain_name)
    zone_id                = one(aws_api_gateway_domain_name.main[*].regional_zone_id)
    evaluate_target_health = false
  }
}
