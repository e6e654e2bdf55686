"""Measurements of the suite: `make bench` and `make stability`."""
