"""From a language model and accelerators to the budget M in tokens and to times of iterations.

- `catalogue`: models and accelerators, every figure with its source
- `deployment`: KV bytes a token, the budget M and its assumptions
- `roofline`: the duration of an iteration, and the linear model fitted to it
"""
