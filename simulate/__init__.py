"""What happens: the engine, the policies, workloads, predictions and measures.

This room imports nothing of ours but `theory.model` and `theory.checks`, so that a simulation
cannot see the bound that it tests.
"""
