"""The live side: what a run of all probes takes, against a stage that answers at once, and of many routes."""
