"""Brings the search index up to date: ``python ingest.py [PATH…] [--remove SOURCE] [--watch] [--dry-run] [--json]``."""

import sys

from tutor.__main__ import main

if __name__ == "__main__":
    sys.argv.insert(1, "ingest")
    main()
