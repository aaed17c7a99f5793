"""Measures the tutor: `python -m benchmarks` runs everything and writes one table."""
