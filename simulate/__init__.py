"""What happens: the engine, the policies, workloads, predictions and measures.

This part imports nothing of ours but `kvratio.theory.model` and `kvratio.theory.checks`, so that a
simulation cannot see the bound that it tests.
"""
