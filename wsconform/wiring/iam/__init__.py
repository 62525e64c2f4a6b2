"""IAM: patterns, policies, roles and what they allow."""
