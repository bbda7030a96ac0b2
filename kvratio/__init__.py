"""Certified competitive ratios for KV-cache scheduling of LLM inference."""
