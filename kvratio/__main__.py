"""`python -m kvratio`: the command line."""

from kvratio.reports.cli import main

main()
