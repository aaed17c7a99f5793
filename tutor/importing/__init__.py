"""A trainer's documents become item files of the user's library. What each reader knows stands in its own module."""

from tutor.importing.sources import ImportReport, import_paths, remove_source

__all__ = ["ImportReport", "import_paths", "remove_source"]
