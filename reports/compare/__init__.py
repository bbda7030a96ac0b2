"""Policies side by side on the same requests: in steps, or in time on a GPU."""
