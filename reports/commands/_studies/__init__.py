"""The studies of `kvratio study`, a module for each."""
