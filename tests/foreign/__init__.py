"""Adapters: other people's schedulers as systems that `simulate.testing` can examine."""
