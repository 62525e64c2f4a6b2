"""Measurements beside the peer, in one run: `tox -e bench`, or `python -m benchmarks` where cfn-lint is installed."""
