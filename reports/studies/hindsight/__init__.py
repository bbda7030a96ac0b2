"""The hindsight optimum: what `kvratio optimal` says, and the study of MC-SF against it."""
