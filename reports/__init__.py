"""What people read: the command line, tables, figures, pages."""

from pathlib import Path

PUBLISHED = Path(__file__).parent / "published"  # results that took long, and their pages
