"""Integrations: what a route calls, and what its answer means. Pure functions; who calls them does the calling."""
