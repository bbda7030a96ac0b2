"""Settings of the everyday suite."""

from hypothesis import settings

# Tests are never timed, and the same tests run everywhere: a failure is the code's, not the luck's.
settings.register_profile("everyday", deadline=None, derandomize=True)
settings.load_profile("everyday")
