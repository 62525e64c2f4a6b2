"""Live conformance: probes, which assert what a stage does, whoever runs it."""
