"""A tutor for machine-learning interviews that answers from a curated corpus and shows its evidence."""

__version__ = "0.1.0"
