"""The table of bounds, and the stored certificates as rows of it."""
