"""Which calls by API Gateway the Lambda permissions of a template allow."""
