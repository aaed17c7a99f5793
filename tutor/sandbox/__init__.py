"""Runs a stranger's Python where it can do no harm."""
