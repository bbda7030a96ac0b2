"""Studies: long computations whose results are published; `kvratio study NAME` runs one."""
