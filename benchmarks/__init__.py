"""Measurements beside peers, in one run: `tox -e bench`, or `python -m benchmarks` where the peers are installed."""
