"""The local stage: the template's own handlers behind a strict API Gateway on loopback."""
