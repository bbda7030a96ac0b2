"""Settings of the everyday suite."""

import signal

from hypothesis import settings

# Tests are never timed, and the same tests run everywhere: a failure is the code's, not the luck's.
settings.register_profile("everyday", deadline=None, derandomize=True)
settings.load_profile("everyday")

# A shell lets what it runs in the background ignore Ctrl-C, and children inherit that: tests that
# interrupt them would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
