"""Claims, one file each: the published statement, its readings, and how each is checked."""
