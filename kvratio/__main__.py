"""`kvratio` and `python -m kvratio`: the command line."""

import signal

from kvratio.reports.interrupts import leave_at_once

# What follows imports for a while; the command itself decides what an interrupt means.
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, leave_at_once)

from kvratio.reports.cli import main

if __name__ == "__main__":
    main()
