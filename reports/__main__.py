"""`python -m reports` is `kvratio`."""

from reports.cli import main

main()
