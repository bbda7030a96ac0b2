"""From a language model and accelerators to the budget M in tokens and to times of iterations.

- `catalogue`: models and accelerators, every figure with its source
- `deployment`: KV bytes a token, the budget M and its assumptions
- `fitted`: what measurements add to the assumptions, and how far off it is
- `profile`, `tables`: measurements of one's own in their place, and how they are read
- `roofline`: the duration of an iteration, and the linear model fitted to it
"""
