"""Learned prices: cheapest completion first, with cuts where the lengths seen so far say so.

The part of the policy `learned-slicing` (`kvratio.simulate.policies.learned_slicing`) that learns:
online and non-clairvoyant, from prompts, predicted intervals (as a scale, so they may be wrong or
all the same) and the lengths of requests that have completed.

- `pricing`: survival, prices, plans; compiled integer functions
- `learning`: what is done each time there is something to learn; one definition for both engines
- `prices`: the requests' prices in the reference engine; the kernel's are
  `kvratio.simulate.kernel.prices`
- `compiled`: the compiler
"""
